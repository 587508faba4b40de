namespace Jobs.Dashboard;

/// <summary>What happened in a time, bucket by bucket.</summary>
/// <param name="From">When the first bucket begins.</param>
/// <param name="To">When the last one ends.</param>
/// <param name="BucketSeconds">How long each is.</param>
/// <param name="Totals">All of the time.</param>
/// <param name="Kinds">All of the time by kind, in their order.</param>
/// <param name="Exact">False where the time begins before batches were counted, or before what is kept.</param>
public sealed record DashboardSeries(
    DateTimeOffset From,
    DateTimeOffset To,
    int BucketSeconds,
    DashboardTotals Totals,
    IReadOnlyList<KindTotals> Kinds,
    IReadOnlyList<DashboardBucket> Buckets,
    bool Exact
);

/// <summary>What happened in one bucket.</summary>
public sealed record DashboardBucket : DashboardTotals
{
    public DashboardBucket() { }

    internal DashboardBucket(DashboardTotals totals)
        : base(totals) { }

    /// <summary>When it begins.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Items that got an outcome, a second of the bucket that has passed.</summary>
    public double ItemsPerSecond { get; init; }

    /// <summary>Items without an outcome at its end; null where the series does not reach to now.</summary>
    public long? Open { get; init; }

    /// <summary>Batches that had not ended at its end, likewise.</summary>
    public long? OpenBatches { get; init; }
}
