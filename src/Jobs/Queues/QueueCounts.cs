using Jobs.Batches;

namespace Jobs.Queues;

/// <summary>What waits and runs of one priority and kind, in items.</summary>
/// <param name="Ready">May start now.</param>
/// <param name="Scheduled">Starts at a time: a start time of its batch, or the pause before another attempt.</param>
/// <param name="Held">Of batches that are paused, or wait for another one.</param>
/// <param name="Running">Held by workers.</param>
/// <param name="Failed">Of batches that are open, or ended in the last hour.</param>
/// <param name="OldestAge">Since the submission of the oldest batch with ready items; null where none is ready.</param>
/// <param name="Exact">Whether all of it was counted; otherwise there are at least so many.</param>
public sealed record QueueCounts(
    Priority Priority,
    string Kind,
    long Ready,
    long Scheduled,
    long Held,
    long Running,
    long Failed,
    TimeSpan? OldestAge,
    bool Exact
);
