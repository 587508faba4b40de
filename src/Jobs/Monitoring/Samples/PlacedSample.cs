namespace Jobs.Monitoring.Samples;

/// <summary>A row of <c>metric_samples</c>.</summary>
/// <param name="Series">Its id.</param>
/// <param name="At">When the interval begins.</param>
/// <param name="Since">When its counting began.</param>
internal readonly record struct PlacedSample(
    int Series,
    DateTimeOffset At,
    DateTimeOffset Since,
    long Count,
    double Sum,
    double Min,
    double Max,
    byte[]? Buckets
)
{
    public static PlacedSample Of(
        SampleRow row,
        int series,
        DateTimeOffset at,
        DateTimeOffset since
    ) => new(series, at, since, row.Count, row.Sum, row.Min, row.Max, row.Buckets);
}
