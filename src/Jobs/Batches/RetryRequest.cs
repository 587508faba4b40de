namespace Jobs.Batches;

/// <summary>Which items of a batch are executed again.</summary>
/// <param name="Status"><see cref="ItemState.Failed"/> or <see cref="ItemState.Cancelled"/>.</param>
/// <param name="ErrorCode">Only failures with this code; null for all.</param>
public sealed record RetryRequest(ItemState Status = ItemState.Failed, string? ErrorCode = null);

/// <summary>What came of it, and of how many items.</summary>
public readonly record struct RetryResult(SteerResult Result, int Items);
