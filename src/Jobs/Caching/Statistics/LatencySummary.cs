namespace Jobs.Caching;

/// <summary>How long something took; quantiles are at most an eighth too high.</summary>
public sealed record LatencySummary(long Count, double MeanMs, double P50Ms, double P99Ms);
