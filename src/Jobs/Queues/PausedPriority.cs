using Jobs.Batches;

namespace Jobs.Queues;

/// <summary>A priority of which nothing more is started.</summary>
/// <param name="PausedBy">The tenant and the name of the key that paused it.</param>
public sealed record PausedPriority(Priority Priority, DateTimeOffset PausedAt, string? PausedBy);
