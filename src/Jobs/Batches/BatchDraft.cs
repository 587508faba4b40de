using Jobs.Engine;
using Jobs.Kinds;

namespace Jobs.Batches;

/// <summary>What a caller says of a batch, beside its items.</summary>
/// <param name="TenantId">Who owns it.</param>
/// <param name="Kind">What its items are.</param>
public sealed record BatchDraft(int TenantId, Kind Kind)
{
    public Priority Priority { get; init; } = Priority.Normal;

    /// <summary>Executions of an item, 1 to 100.</summary>
    public int MaxAttempts { get; init; } = BatchLimits.DefaultMaxAttempts;

    /// <summary>How long an execution of an item may take; null for the kind's own.</summary>
    public TimeSpan? ItemTimeout { get; init; }

    /// <summary>Before then nothing of it starts.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>How long after its submission it must be done, or it ends expired; null for no limit.</summary>
    public TimeSpan? ExpiresAfter { get; init; }

    /// <summary>A batch of the same tenant that must end first.</summary>
    public Guid? After { get; init; }

    /// <summary>Whether that batch must succeed, or this one is cancelled.</summary>
    public bool AfterSuccess { get; init; }

    /// <summary>Most items of it that run at once, over all workers; null for no limit.</summary>
    public int? Concurrency { get; init; }

    /// <summary>Whether one bad item refuses the batch; otherwise it fails alone.</summary>
    public bool Strict { get; init; }

    /// <summary>Where the status of the batch is posted when it has ended; null for nowhere.</summary>
    public string? CallbackUrl { get; init; }

    /// <summary>The caller's own pairs.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>Names the span that it is submitted in.</summary>
    internal string? Traceparent { get; init; } = ChunkTrace.Current;

    /// <summary>
    /// How many items of a chunk run at once under <see cref="Concurrency"/>: the number with which, chunks and items
    /// together, the most of it is used.
    /// </summary>
    internal short? Lanes =>
        Concurrency is { } most
            ? (short)
                Enumerable
                    .Range(1, Math.Min(most, Math.Min(Kind.Concurrency, Kind.ItemsPerPage)))
                    .MaxBy(lanes => (most / lanes * lanes, lanes))
            : null;

    /// <summary>How many chunks may run at once so that no more than <see cref="Concurrency"/> items do.</summary>
    internal int? ChunkLimit => Concurrency / Lanes;
}
