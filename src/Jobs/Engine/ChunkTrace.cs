using System.Diagnostics;

namespace Jobs.Engine;

/// <summary>
/// The spans of the work: one for each chunk, a child of the span that submitted the batch, and within it one for each of
/// the first items, so that a trace leads from the request to the handler and its SQL. Further attempts are traces of
/// their own that link to the submission: they may come days later.
/// </summary>
internal static class ChunkTrace
{
    public const string SourceName = "Jobs.Engine";

    /// <summary>Spans of items that a chunk has at most.</summary>
    public const int MostItems = 50;

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Names the span that runs here, to be stored with what it submits.</summary>
    public static string? Current =>
        Activity.Current is { IdFormat: ActivityIdFormat.W3C } span ? span.Id : null;

    /// <summary>
    /// Begins the span of a chunk. Where nobody listens there is one nonetheless if the batch has a trace: the log names it.
    /// </summary>
    public static Activity? Start(LeasedChunk chunk)
    {
        // Whoever leased this chunk may do so within another trace.
        Activity.Current = null;
        var isKnown = ActivityContext.TryParse(
            chunk.Traceparent,
            null,
            isRemote: true,
            out var submission
        );
        var isChild = isKnown && chunk.Attempt == 1;
        if (!Source.HasListeners())
        {
            return isChild
                ? new Activity("execute chunk").SetParentId(chunk.Traceparent!).Start()
                : null;
        }
        var span = Source.StartActivity(
            "execute chunk",
            ActivityKind.Consumer,
            isChild ? submission : default,
            tags: null,
            links: isKnown && !isChild ? [new ActivityLink(submission)] : null
        );
        span?.SetTag("jobs.batch.id", chunk.Key.BatchId.ToString())
            .SetTag("jobs.chunk.id", chunk.Key.Id)
            .SetTag("jobs.kind", chunk.Kind)
            .SetTag("jobs.attempt", chunk.Attempt)
            .SetTag("jobs.items", chunk.Items.Count);
        return span;
    }

    /// <summary>Begins the span of a handler's call; null where nobody wants it.</summary>
    public static Activity? StartItems(int first, int count)
    {
        if (!Source.HasListeners() || Activity.Current is not { Recorded: true })
        {
            return null;
        }
        var span = Source.StartActivity(count == 1 ? "execute item" : "execute items");
        span?.SetTag("jobs.item.index", first).SetTag("jobs.items", count);
        return span;
    }

    /// <summary>An item failed. What the error says is the caller's; its code is not.</summary>
    public static void Failed(this Activity? span, string code) =>
        span?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", code);
}
