namespace Jobs.Monitoring.Samples;

/// <summary>What a series was in an interval, over all nodes.</summary>
/// <param name="Labels">By name.</param>
/// <param name="At">When the interval begins.</param>
/// <param name="Count">How often: of what was counted the number, of what was looked at the looks.</param>
/// <param name="Sum">Of the values; of what was counted the same as the count.</param>
/// <param name="Min">The least value.</param>
/// <param name="Max">The largest value.</param>
public sealed record SamplePoint(
    string Name,
    IReadOnlyDictionary<string, string> Labels,
    DateTimeOffset At,
    long Count,
    double Sum,
    double Min,
    double Max
)
{
    internal long[]? Buckets { get; init; }

    /// <summary>The mean of the values; 0 without any.</summary>
    public double Mean => Count == 0 ? 0 : Sum / Count;

    /// <summary>The value, in milliseconds, that this share of all is not above, to 1.6 percent; null where that was not kept.</summary>
    /// <param name="quantile">0 to 1.</param>
    public double? QuantileMs(double quantile) =>
        Buckets is null ? null : LogHistogram.Quantile(Buckets, quantile) / 1000;
}
