using Jobs.Batches;
using Jobs.Notifications;
using Jobs.RateLimiting;
using Jobs.Tenancy;
using Jobs.Web.Http;
using Jobs.Web.Http.RateLimits;

namespace Jobs.Web.Api;

/// <summary>
/// The life of all batches of the caller on one connection: <c>snapshot</c>, <c>progress</c>, <c>item</c> (failures
/// only), <c>finished</c>. Ids are positions in the database: any node goes on from <c>Last-Event-ID</c>.
/// </summary>
internal static class EventsApi
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/events", StreamAsync)
            .RequireScope(Scopes.Read)
            .LimitBy(RateLimitPolicies.Events)
            .Produces(StatusCodes.Status200OK, contentType: "text/event-stream")
            .WithSummary("All batches of the caller as server-sent events")
            .WithDescription(
                "`snapshot` has the open batches; then `progress`, `item` and `finished` as of each batch, `notification` and `unread` as of `/notifications/events`, at most two looks a second. `Last-Event-ID` goes on for an hour, on any node."
            )
            .WithTags("Batches");

    private static async Task<IResult> StreamAsync(
        HttpContext context,
        BatchFeed feed,
        ItemReader items,
        NotificationStore notifications,
        IHostApplicationLifetime lifetime,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var tenant = context.GetCaller().TenantId;
        var since = FeedPosition.Parse(context.Request.Headers["Last-Event-ID"]);
        var first = await feed.BeginAsync(tenant, cancellationToken);
        // What did not change since is known to who comes back.
        var known = first.Changed;
        if (since is { } position)
        {
            first = await feed.ReturnAsync(tenant, position, cancellationToken);
        }
        // A stream ends with the server, not after it.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken,
            lifetime.ApplicationStopping
        );
        var stream = EventStream.Begin(context.Response);
        try
        {
            await new FeedListener(stream, tenant, feed, items, notifications, time).RunAsync(
                first,
                since,
                known,
                end.Token
            );
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The listener has gone, or the server goes.
        }
        return Results.Empty;
    }
}

/// <summary>How batches stand; what happened to them before is not told.</summary>
internal sealed record BatchSnapshot(IReadOnlyList<BatchStatus> Items);
