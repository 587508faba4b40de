using Jobs.Monitoring.Samples;

namespace Jobs.Dashboard;

/// <summary>Adds up what the rows of <see cref="DashboardStatements.Series"/> say of one time. Not thread-safe.</summary>
internal sealed class DashboardTally
{
    private static readonly string[] EndingNames =
    [
        "succeeded",
        "partial",
        "failed",
        "cancelled",
        "expired",
    ];

    private readonly long[] endings = new long[EndingNames.Length];
    private long[]? took;
    private long tookMs;

    public long Batches { get; private set; }

    public long Items { get; private set; }

    public long Succeeded { get; private set; }

    public long Failed { get; private set; }

    public long Cancelled { get; private set; }

    public long Reopened { get; private set; }

    public long Returned { get; private set; }

    public long Ended => endings.Sum();

    public long Outcomes => Succeeded + Failed + Cancelled;

    public void Add(DashboardRow row)
    {
        switch (row.Name, row.Outcome)
        {
            case (SampleNames.BatchesSubmitted, _):
                (Batches, Items) = (Batches + row.Count, Items + row.Sum);
                break;
            case (SampleNames.BatchesReopened, _):
                (Reopened, Returned) = (Reopened + row.Count, Returned + row.Sum);
                break;
            case (SampleNames.BatchItems, "succeeded"):
                Succeeded += row.Count;
                break;
            case (SampleNames.BatchItems, "failed"):
                Failed += row.Count;
                break;
            case (SampleNames.BatchItems, _):
                Cancelled += row.Count;
                break;
            case (SampleNames.BatchesEnded, _):
                End(row);
                break;
            default:
                break;
        }
    }

    private BatchEndings Endings => new(endings[0], endings[1], endings[2], endings[3], endings[4]);

    private BatchDuration? Duration =>
        took is null
            ? null
            : new(
                Math.Round((double)tookMs / Ended, 3),
                LogHistogram.Quantile(took, 0.5),
                LogHistogram.Quantile(took, 0.95),
                LogHistogram.Quantile(took, 0.99)
            );

    public DashboardTotals Totals =>
        new()
        {
            Batches = Batches,
            Items = Items,
            Ended = Ended,
            Endings = Endings,
            Succeeded = Succeeded,
            Failed = Failed,
            Cancelled = Cancelled,
            Reopened = Reopened,
            Returned = Returned,
            Duration = Duration,
        };

    private void End(DashboardRow row)
    {
        endings[Array.IndexOf(EndingNames, row.Outcome)] += row.Count;
        tookMs += row.Sum;
        took ??= new long[LogHistogram.Buckets];
        foreach (var packed in row.Histograms)
        {
            PackedHistogram.AddTo(took, packed);
        }
        foreach (var ms in row.TookMs)
        {
            took[LogHistogram.BucketOf(ms)]++;
        }
    }
}

/// <summary>A row of <see cref="DashboardStatements.Series"/>.</summary>
/// <param name="Bucket">Null for what is open now.</param>
internal readonly record struct DashboardRow(
    int? Bucket,
    string Name,
    string Kind,
    string? Outcome,
    long Count,
    long Sum,
    byte[][] Histograms,
    long[] TookMs
);
