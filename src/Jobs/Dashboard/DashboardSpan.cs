using System.Runtime.InteropServices;
using Jobs.Monitoring.Samples;

namespace Jobs.Dashboard;

/// <summary>A time in buckets of whole samples.</summary>
/// <param name="From">When the first one begins.</param>
/// <param name="BucketSeconds">A multiple of <see cref="StatisticsReader.FinestAt"/>.</param>
/// <param name="Count">At most <see cref="StatisticsReader.MostBuckets"/>.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct DashboardSpan(DateTimeOffset From, int BucketSeconds, int Count)
{
    private const int Minute = 60;
    private const int Hour = 3_600;
    private const int Day = 86_400;

    /// <summary>When the last one ends.</summary>
    public DateTimeOffset To => From.AddSeconds((double)BucketSeconds * Count);

    /// <summary>
    /// The buckets from the minute, hour or day (UTC) of a time, of which they are multiples, to the one that holds the
    /// moment before another.
    /// </summary>
    public static DashboardSpan Of(DateTimeOffset from, DateTimeOffset to, int bucketSeconds)
    {
        var start = SampleWindow.Floor(from, CoarsestOf(bucketSeconds));
        return new(
            start,
            bucketSeconds,
            (int)Math.Ceiling((to - start).TotalSeconds / bucketSeconds)
        );
    }

    internal static int CoarsestOf(int bucketSeconds) =>
        bucketSeconds % Day == 0 ? Day
        : bucketSeconds % Hour == 0 ? Hour
        : Minute;
}
