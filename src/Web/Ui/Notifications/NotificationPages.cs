using Jobs.Features;
using Jobs.Notifications;
using Jobs.Web.Http;
using Jobs.Web.Http.Features;

namespace Jobs.Web.Ui.Notifications;

/// <summary>What a tenant should know, as a page.</summary>
internal static class NotificationPages
{
    private const int OnPage = 50;

    public static void Map(IEndpointRouteBuilder reading)
    {
        var notifications = reading.MapGroup("").RequireFeature(FeatureNames.Notifications);
        notifications.MapGet("/notifications", OpenAsync);
        notifications.MapGet("/ui/notifications", ListAsync);
        notifications.MapPost("/notifications/{id:long}/read", ReadAsync);
        notifications.MapPost("/notifications/read-all", ReadAllAsync);
    }

    private static async Task<IResult> OpenAsync(
        HttpContext context,
        long? before,
        NotificationStore notifications,
        CancellationToken cancellationToken
    ) =>
        Page.Of<NotificationsPage>(
            await ViewAsync(context, before, notifications, cancellationToken)
        );

    private static async Task<IResult> ListAsync(
        HttpContext context,
        long? before,
        NotificationStore notifications,
        CancellationToken cancellationToken
    ) =>
        Page.Of<NotificationItems>(
            await ViewAsync(context, before, notifications, cancellationToken)
        );

    private static async Task<object> ViewAsync(
        HttpContext context,
        long? before,
        NotificationStore notifications,
        CancellationToken cancellationToken
    )
    {
        var tenant = context.GetCaller().TenantId;
        var found = await notifications.ListAsync(
            tenant,
            unread: false,
            before,
            OnPage + 1,
            cancellationToken
        );
        return new
        {
            Notifications = (IReadOnlyList<Notification>)[.. found.Take(OnPage)],
            Before = before,
            Next = found.Count > OnPage ? found[OnPage - 1].Id : (long?)null,
            Unread = await notifications.CountAsync(tenant, cancellationToken),
        };
    }

    private static async Task<IResult> ReadAsync(
        HttpContext context,
        long id,
        NotificationStore notifications,
        CancellationToken cancellationToken
    ) =>
        await notifications.ReadAsync(context.GetCaller().TenantId, id, cancellationToken)
            ? TypedResults.LocalRedirect("/notifications")
            : Http.Problems.NotFound("notification");

    private static async Task<IResult> ReadAllAsync(
        HttpContext context,
        NotificationStore notifications,
        CancellationToken cancellationToken
    )
    {
        await notifications.ReadAllAsync(context.GetCaller().TenantId, cancellationToken);
        return TypedResults.LocalRedirect("/notifications");
    }
}
