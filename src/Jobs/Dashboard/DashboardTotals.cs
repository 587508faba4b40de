namespace Jobs.Dashboard;

/// <summary>What happened to a tenant's batches in a time.</summary>
public record DashboardTotals
{
    /// <summary>Submitted in it.</summary>
    public long Batches { get; init; }

    /// <summary>Of those batches.</summary>
    public long Items { get; init; }

    /// <summary>Batches that ended in it.</summary>
    public long Ended { get; init; }

    /// <summary>The same by how they ended.</summary>
    public BatchEndings Endings { get; init; } = new(0, 0, 0, 0, 0);

    /// <summary>Items that succeeded in it, whenever their batch was submitted; likewise the next two.</summary>
    public long Succeeded { get; init; }

    public long Failed { get; init; }

    public long Cancelled { get; init; }

    /// <summary>Batches that had ended and were retried in it.</summary>
    public long Reopened { get; init; }

    /// <summary>Items whose outcome was taken back in it, to be tried again.</summary>
    public long Returned { get; init; }

    /// <summary>How long batches that ended in it had taken; null where none did.</summary>
    public BatchDuration? Duration { get; init; }
}

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
