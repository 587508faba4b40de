namespace Jobs.Batches;

/// <summary>What the batch's own statement says of a page.</summary>
internal readonly record struct PageSummary(
    int Number,
    short Open,
    byte[]? OpenItems,
    short Succeeded,
    short Failed,
    ReadOnlyMemory<byte>? Outcomes,
    string? ErrorCodes
);
