namespace Jobs.Dashboard;

/// <summary>What happened in a time; the figures are those of <see cref="DashboardBucket"/>.</summary>
public sealed record DashboardTotals(
    long Batches,
    long Items,
    long Ended,
    BatchEndings Endings,
    long Succeeded,
    long Failed,
    long Cancelled,
    long Reopened,
    long Returned,
    BatchDuration? Duration
);

/// <summary>What happened to the batches of one kind.</summary>
public sealed record KindTotals(string Kind, DashboardTotals Totals);

/// <summary>How batches ended: completed with all, some or none of their items succeeded, cancelled, or out of time.</summary>
public sealed record BatchEndings(
    long Succeeded,
    long Partial,
    long Failed,
    long Cancelled,
    long Expired
);

/// <summary>Milliseconds from the submission of batches to their end.</summary>
/// <param name="MeanMs">Exact.</param>
/// <param name="P50Ms">Within 1.6 percent or half a millisecond, as the other percentiles; beyond 49 days it says 49 days.</param>
public sealed record BatchDuration(double MeanMs, double P50Ms, double P95Ms, double P99Ms);
