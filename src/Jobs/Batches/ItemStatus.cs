namespace Jobs.Batches;

/// <summary>An item of a batch as of one moment.</summary>
/// <param name="Attempts">Executions so far; for a running item with the present one.</param>
/// <param name="Result">JSON; empty when there is none.</param>
/// <param name="Error">JSON <c>{code, message, retryable}</c>; empty when there is none.</param>
public readonly record struct ItemStatus(
    int Index,
    string? CustomId,
    ItemState State,
    int Attempts,
    double DurationMs,
    ReadOnlyMemory<byte> Result,
    ReadOnlyMemory<byte> Error
);
