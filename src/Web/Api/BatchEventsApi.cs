using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Jobs.Batches;
using Jobs.Tenancy;
using Jobs.Web.Http;

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
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/batch/jobs/{id:guid}/events", StreamAsync)
            .RequireScope(Scopes.Read)
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
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        // A stream ends with the server, not after it.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken,
            lifetime.ApplicationStopping
        );
        var stream = new EventStream(context.Response);
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
                await stream.WriteAsync("snapshot", status, cancellationToken);
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
                    await stream.WriteAsync("snapshot", status, cancellationToken);
                }
                seen = status.Version;
                if (status.State.IsEnded())
                {
                    await stream.WriteAsync("finished", status, cancellationToken);
                    return;
                }
                if (status.ETag != sent)
                {
                    await stream.WriteAsync("progress", status, cancellationToken);
                    sent = status.ETag;
                    lastSent = time.GetTimestamp();
                }
                else if (time.GetElapsedTime(lastSent) > KeepAlive)
                {
                    await stream.WriteCommentAsync(cancellationToken);
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
                MostFailures + 1,
                cancellationToken
            );
            if (failures.Count > MostFailures)
            {
                return false;
            }
            foreach (var failure in failures)
            {
                await stream.WriteAsync(failure, cancellationToken);
            }
            return true;
        }
    }

    private sealed class EventStream(HttpResponse response)
    {
        private readonly ArrayBufferWriter<byte> buffer = new();

        public Task WriteAsync(
            string name,
            BatchStatus status,
            CancellationToken cancellationToken
        ) =>
            WriteAsync(
                name,
                status.Version,
                json => JsonSerializer.Serialize(json, status, ApiJson.Default.BatchStatus),
                cancellationToken
            );

        // Without an id: the status that follows has it, and a stream that breaks off before is resumed from the one before.
        public Task WriteAsync(ItemStatus failure, CancellationToken cancellationToken) =>
            WriteAsync("item", null, json => OutcomeWriter.Write(json, failure), cancellationToken);

        public async Task WriteCommentAsync(CancellationToken cancellationToken)
        {
            await response.Body.WriteAsync(":\n\n"u8.ToArray(), cancellationToken);
            await response.Body.FlushAsync(cancellationToken);
        }

        private async Task WriteAsync(
            string name,
            long? version,
            Action<Utf8JsonWriter> write,
            CancellationToken cancellationToken
        )
        {
            buffer.ResetWrittenCount();
            Encoding.UTF8.GetBytes($"event: {name}\n", buffer);
            if (version is { } id)
            {
                Encoding.UTF8.GetBytes(
                    string.Create(CultureInfo.InvariantCulture, $"id: {id}\n"),
                    buffer
                );
            }
            buffer.Write("data: "u8);
            using (var json = new Utf8JsonWriter(buffer))
            {
                write(json);
            }
            buffer.Write("\n\n"u8);
            await response.Body.WriteAsync(buffer.WrittenMemory, cancellationToken);
            await response.Body.FlushAsync(cancellationToken);
        }
    }
}
