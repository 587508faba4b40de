using System.Globalization;
using Jobs.Batches;
using Jobs.RateLimiting;
using Jobs.Tenancy;
using Jobs.Web.Http;
using Jobs.Web.Http.RateLimits;

namespace Jobs.Web.Api;

/// <summary>
/// The life of a batch as server-sent events: <c>snapshot</c>, <c>progress</c>, <c>item</c> (failures only),
/// <c>finished</c>. Ids are the batch's versions, which the database counts: any node goes on from
/// <c>Last-Event-ID</c>.
/// </summary>
internal static class BatchEventsApi
{
    // A listener that missed more than this gets a snapshot instead.
    private const int MostFailures = 1_000;

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/batch/jobs/{id:guid}/events", StreamAsync)
            .RequireScope(Scopes.Read)
            .LimitBy(RateLimitPolicies.Events)
            .Produces(StatusCodes.Status200OK, contentType: "text/event-stream")
            .Produces(StatusCodes.Status204NoContent)
            .WithSummary("Progress as server-sent events")
            .WithTags("Batches");

    private static async Task<IResult> StreamAsync(
        Guid id,
        HttpContext context,
        BatchReader batches,
        BatchWaiter waiter,
        BatchChanges changes,
        ItemReader items,
        IHostApplicationLifetime lifetime,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var tenant = context.GetCaller().TenantId;
        // Not the shared one: a caller sees what it did a moment ago.
        var status = await batches.GetAsync(tenant, id, cancellationToken);
        if (BatchReadApi.Missing(status) is { } problem)
        {
            return problem;
        }
        var seen = long.TryParse(
            context.Request.Headers["Last-Event-ID"],
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var last
        )
            ? last
            : (long?)null;
        if (status!.State.IsEnded() && seen == status.Version)
        {
            // Everything was seen: 204 tells a browser not to connect again.
            return Results.NoContent();
        }
        // A stream ends with the server, not after it.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken,
            lifetime.ApplicationStopping
        );
        var stream = EventStream.Begin(context.Response);
        try
        {
            await new Listener(stream, tenant, id, waiter, changes, items, time).RunAsync(
                status,
                seen,
                end.Token
            );
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The listener has gone, or the server goes.
        }
        return Results.Empty;
    }

    private sealed class Listener(
        EventStream stream,
        int tenant,
        Guid id,
        BatchWaiter waiter,
        BatchChanges changes,
        ItemReader items,
        TimeProvider time
    )
    {
        public async Task RunAsync(
            BatchStatus status,
            long? seen,
            CancellationToken cancellationToken
        )
        {
            if (
                seen is not { } version
                || version > status.Version
                || !await TryFailuresAsync(version, status, cancellationToken)
            )
            {
                await WriteAsync("snapshot", status, cancellationToken);
            }
            seen = status.Version;
            var sent = "";
            var lastSent = time.GetTimestamp();
            using var watch = changes.Begin(id);
            while (true)
            {
                if (
                    status.Version > seen
                    && !await TryFailuresAsync(seen.Value, status, cancellationToken)
                )
                {
                    await WriteAsync("snapshot", status, cancellationToken);
                }
                seen = status.Version;
                if (status.State.IsEnded())
                {
                    await WriteAsync("finished", status, cancellationToken);
                    return;
                }
                if (status.ETag != sent)
                {
                    await WriteAsync("progress", status, cancellationToken);
                    sent = status.ETag;
                    lastSent = time.GetTimestamp();
                }
                else if (time.GetElapsedTime(lastSent) > EventStream.KeepAlive)
                {
                    await stream.WriteCommentAsync(null, cancellationToken);
                    lastSent = time.GetTimestamp();
                }
                // At most two looks a second, however often the batch changes; but its end is told at once.
                await watch.WaitAsync(BatchWaiter.Interval, cancellationToken);
                var next = await waiter.ReadSharedAsync(tenant, id, cancellationToken);
                if (next is null or { Purged: true })
                {
                    return;
                }
                if (
                    !next.State.IsEnded()
                    && time.GetElapsedTime(lastSent) is var since
                    && since < BatchWaiter.Interval
                )
                {
                    await Task.Delay(BatchWaiter.Interval - since, time, cancellationToken);
                    next = await waiter.ReadSharedAsync(tenant, id, cancellationToken) ?? next;
                }
                status = next;
            }
        }

        private Task WriteAsync(
            string name,
            BatchStatus status,
            CancellationToken cancellationToken
        ) =>
            stream.WriteAsync(
                name,
                status.Version.ToString(CultureInfo.InvariantCulture),
                status,
                ApiJson.Default.BatchStatus,
                cancellationToken
            );

        // False when there were too many to tell one by one.
        private async Task<bool> TryFailuresAsync(
            long since,
            BatchStatus status,
            CancellationToken cancellationToken
        )
        {
            if (status.Counts.Failed == 0 || since >= status.Version)
            {
                return true;
            }
            var failures = await items.ReadFailuresSinceAsync(
                tenant,
                id,
                since,
                status.Version,
                MostFailures + 1,
                cancellationToken
            );
            if (failures.Count > MostFailures)
            {
                return false;
            }
            foreach (var failure in failures)
            {
                // Without an id: the status that follows has it.
                await stream.WriteAsync(
                    "item",
                    null,
                    json => OutcomeWriter.Write(json, failure),
                    cancellationToken
                );
            }
            return true;
        }
    }
}
