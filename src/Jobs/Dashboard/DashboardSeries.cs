namespace Jobs.Dashboard;

/// <summary>What happened in a time, bucket by bucket.</summary>
/// <param name="BucketSeconds">How long each is.</param>
/// <param name="Exact">False where there were more batches than are looked at: then the oldest buckets have too little.</param>
public sealed record DashboardSeries(
    DateTimeOffset From,
    DateTimeOffset To,
    int BucketSeconds,
    IReadOnlyList<DashboardBucket> Buckets,
    bool Exact
);

/// <summary>What happened in one bucket.</summary>
/// <param name="Batches">Submitted in it.</param>
/// <param name="Items">Of those batches.</param>
/// <param name="Ended">Batches that ended in it.</param>
/// <param name="Succeeded">Items of the batches that ended.</param>
/// <param name="ItemsPerSecond">Items of the batches that ended, a second.</param>
/// <param name="Open">Items of batches that had not ended at its end; null where the series does not reach to now.</param>
public sealed record DashboardBucket(
    DateTimeOffset At,
    long Batches,
    long Items,
    long Ended,
    long Succeeded,
    long Failed,
    long Cancelled,
    double ItemsPerSecond,
    long? Open
);
