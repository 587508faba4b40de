using System.Globalization;
using Jobs.Batches;
using Jobs.Features;
using Jobs.Notifications;
using Jobs.RateLimiting;
using Jobs.Tenancy;
using Jobs.Web.Http;
using Jobs.Web.Http.Features;
using Jobs.Web.Http.RateLimits;

namespace Jobs.Web.Api;

/// <summary>What a tenant should know; whether it is read is the same for all of its keys.</summary>
internal static class NotificationsApi
{
    private const int MostInSnapshot = 20;

    public static void Map(IEndpointRouteBuilder api)
    {
        var notifications = api.MapGroup("/notifications")
            .RequireScope(Scopes.Read)
            .RequireFeature(FeatureNames.Notifications)
            .WithTags("Notifications");
        notifications
            .MapGet("", ListAsync)
            .Produces<NotificationList>()
            .ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity)
            .WithSummary("Notifications of the caller's tenant, newest first")
            .WithDescription(
                "Batches that finished, failed or were cancelled, schedules that began to fail; for the tenant `default` also the health of the service. `unread=true` leaves out what was read."
            );
        notifications
            .MapGet("/count", CountAsync)
            .Produces<UnreadAnswer>()
            .WithSummary("How many are unread");
        notifications
            .MapPost("/{id:long}/read", ReadAsync)
            .Produces<UnreadAnswer>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Mark one as read");
        notifications
            .MapPost("/read-all", ReadAllAsync)
            .Produces<UnreadAnswer>()
            .WithSummary("Mark all as read");
        notifications
            .MapGet("/events", StreamAsync)
            .LimitBy(RateLimitPolicies.Events)
            .Produces(StatusCodes.Status200OK, contentType: "text/event-stream")
            .WithSummary("Notifications as server-sent events")
            .WithDescription(
                "`snapshot` has the number of unread ones and the newest of them; then `notification` for each new one and `unread` whenever the number changes, at most two looks a second. `Last-Event-ID` goes on for an hour, on any node."
            );
    }

    private static async Task<IResult> ListAsync(
        HttpContext context,
        NotificationStore notifications,
        bool? unread,
        int? limit,
        string? cursor,
        CancellationToken cancellationToken
    )
    {
        long before = 0;
        if (
            cursor is not null
            && !long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out before)
        )
        {
            return Problems.Invalid("cursor", "must be a nextCursor of an earlier answer");
        }
        if (limit is < 1 or > ApiLimits.ListMost)
        {
            return Problems.Invalid("limit", $"must be 1 to {ApiLimits.ListMost}");
        }
        var most = limit ?? ApiLimits.ListDefault;
        var found = await notifications.ListAsync(
            context.GetCaller().TenantId,
            unread == true,
            cursor is null ? null : before,
            most + 1,
            cancellationToken
        );
        var shown = found.Take(most).ToArray();
        return Results.Ok(
            new NotificationList(
                shown,
                found.Count > most ? shown[^1].Id.ToString(CultureInfo.InvariantCulture) : null
            )
        );
    }

    private static async Task<IResult> CountAsync(
        HttpContext context,
        NotificationStore notifications,
        CancellationToken cancellationToken
    ) =>
        Results.Ok(
            new UnreadAnswer(
                await notifications.CountAsync(context.GetCaller().TenantId, cancellationToken)
            )
        );

    private static async Task<IResult> ReadAsync(
        long id,
        HttpContext context,
        NotificationStore notifications,
        CancellationToken cancellationToken
    ) =>
        await notifications.ReadAsync(context.GetCaller().TenantId, id, cancellationToken)
            ? await CountAsync(context, notifications, cancellationToken)
            : Problems.NotFound("notification");

    private static async Task<IResult> ReadAllAsync(
        HttpContext context,
        NotificationStore notifications,
        CancellationToken cancellationToken
    )
    {
        await notifications.ReadAllAsync(context.GetCaller().TenantId, cancellationToken);
        return await CountAsync(context, notifications, cancellationToken);
    }

    private static async Task<IResult> StreamAsync(
        HttpContext context,
        NotificationStore notifications,
        NotificationChanges changes,
        IHostApplicationLifetime lifetime,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var tenant = context.GetCaller().TenantId;
        var since = FeedPosition.Parse(context.Request.Headers["Last-Event-ID"]);
        using var watch = changes.Begin(tenant);
        // Before the answer begins: while the database is away it is 503.
        var look = await notifications.LookAsync(tenant, since, cancellationToken);
        var newest =
            since is null || look.IsGap
                ? await notifications.ListAsync(
                    tenant,
                    unread: true,
                    null,
                    MostInSnapshot,
                    cancellationToken
                )
                : null;
        // A stream ends with the server, not after it.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken,
            lifetime.ApplicationStopping
        );
        var listener = new NotificationListener(
            EventStream.Begin(context.Response),
            tenant,
            notifications,
            watch,
            time
        );
        try
        {
            await listener.RunAsync(look, newest, end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The listener has gone, or the server goes.
        }
        return Results.Empty;
    }
}

internal sealed record NotificationList(IReadOnlyList<Notification> Items, string? NextCursor);

internal sealed record UnreadAnswer(long Unread);

/// <summary>How the notifications stand; what came before is not told.</summary>
/// <param name="Items">The newest that are unread.</param>
internal sealed record NotificationSnapshot(long Unread, IReadOnlyList<Notification> Items);

/// <summary>One that is new, and how many are unread with it.</summary>
internal sealed record NewNotification(Notification Notification, long Unread);
