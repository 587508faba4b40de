namespace Jobs.Batches;

/// <summary>A batch whose items have all come in.</summary>
internal readonly record struct SubmittedBatch(
    Guid Id,
    BatchDraft Draft,
    int Total,
    DateTimeOffset At
);
