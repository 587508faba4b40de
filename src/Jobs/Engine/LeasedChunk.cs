using Jobs.Batches;

namespace Jobs.Engine;

/// <summary>A chunk that this worker holds, with its page.</summary>
/// <param name="Token">Fences: whoever leases the chunk next gets a higher one.</param>
/// <param name="Attempt">Which execution of its items this is, from 1.</param>
/// <param name="MaxAttempts">The last execution that there may be.</param>
/// <param name="Deaths">How many workers died while they held it.</param>
/// <param name="Cancelling">Whether its batch is being cancelled.</param>
/// <param name="First">Index in the batch of the page's first item.</param>
/// <param name="Items">Positions in the page that are to be done.</param>
/// <param name="Payload">All items of the page, a JSON value a line.</param>
internal sealed record LeasedChunk(
    ChunkKey Key,
    int Token,
    int Page,
    string Kind,
    int Attempt,
    int Deaths,
    int TenantId,
    int MaxAttempts,
    TimeSpan ItemTimeout,
    bool Cancelling,
    int First,
    int PageCount,
    ItemSet Items,
    byte[] Payload
)
{
    /// <summary>Who holds it: fences together with the token.</summary>
    public Guid WorkerId { get; init; }

    /// <summary>How many of its items may run at once; null for as many as its kind says.</summary>
    public int? Lanes { get; init; }

    /// <summary>Whether its batch has a limit on what runs at once: its place is passed on when it ends.</summary>
    public bool HasLimit { get; init; }

    /// <summary>Whether its tenant or its kind has a limit over all workers: any of them may be waiting for its end.</summary>
    public bool IsCounted { get; init; }

    /// <summary>Names the span that submitted its batch; null where there was none.</summary>
    public string? Traceparent { get; init; }

    public int TenantWeight { get; init; } = 1;

    /// <summary>How many of the executions were before its items were retried by their owner; the backoff starts anew.</summary>
    public int AttemptsBefore { get; init; }
}

internal readonly record struct ChunkKey(Guid BatchId, long Id);
