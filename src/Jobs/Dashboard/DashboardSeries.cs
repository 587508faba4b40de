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
/// <param name="Batches">Submitted in it.</param>
/// <param name="Items">Of those batches.</param>
/// <param name="Ended">Batches that ended in it.</param>
/// <param name="Endings">The same by how they ended.</param>
/// <param name="Succeeded">Items that got this outcome in it.</param>
/// <param name="Reopened">Batches that had ended and were retried in it.</param>
/// <param name="Returned">Items whose outcome was taken back in it, to be tried again.</param>
/// <param name="ItemsPerSecond">Items that got an outcome, a second of the bucket that has passed.</param>
/// <param name="Duration">How long batches that ended in it had taken; null where none did.</param>
/// <param name="Open">Items without an outcome at its end; null where the series does not reach to now.</param>
/// <param name="OpenBatches">Batches that had not ended at its end, likewise.</param>
public sealed record DashboardBucket(
    DateTimeOffset At,
    long Batches,
    long Items,
    long Ended,
    BatchEndings Endings,
    long Succeeded,
    long Failed,
    long Cancelled,
    long Reopened,
    long Returned,
    double ItemsPerSecond,
    BatchDuration? Duration,
    long? Open,
    long? OpenBatches
);
