using Jobs.Batches;

namespace Jobs.Dashboard;

/// <summary>A batch that has ended, as a line of an export.</summary>
public sealed record EndedBatch(
    Guid Id,
    string Kind,
    Priority Priority,
    string State,
    int Total,
    int Succeeded,
    int Failed,
    int Cancelled,
    DateTimeOffset SubmittedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset FinishedAt
);
