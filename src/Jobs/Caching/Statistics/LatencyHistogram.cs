using System.Numerics;

namespace Jobs.Caching;

/// <summary>Durations, counted in buckets that each are at most an eighth wide. Thread-safe.</summary>
internal sealed class LatencyHistogram
{
    // Microseconds: below eight exactly, then eight buckets for each doubling, up to half an hour.
    private const int Sub = 8;
    private const int SubBits = 3;
    private readonly long[] buckets = new long[Sub * 30];
    private long sum;

    public void Record(TimeSpan duration)
    {
        var microseconds = (long)Math.Max(0, duration.TotalMicroseconds);
        Interlocked.Increment(ref buckets[Math.Min(BucketOf(microseconds), buckets.Length - 1)]);
        Interlocked.Add(ref sum, microseconds);
    }

    public LatencySummary Read()
    {
        var counts = new long[buckets.Length];
        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] = Volatile.Read(ref buckets[i]);
        }
        var total = counts.Sum();
        return new LatencySummary(
            total,
            total == 0 ? 0 : Milliseconds(Volatile.Read(ref sum) / (double)total),
            Quantile(counts, total, 0.5),
            Quantile(counts, total, 0.99)
        );
    }

    private static double Quantile(long[] counts, long total, double quantile)
    {
        var rank = (long)Math.Ceiling(total * quantile);
        for (var bucket = 0; bucket < counts.Length && total > 0; bucket++)
        {
            rank -= counts[bucket];
            if (rank <= 0)
            {
                return Milliseconds(UpperEnd(bucket));
            }
        }
        return 0;
    }

    private static int BucketOf(long value)
    {
        if (value < Sub)
        {
            return (int)value;
        }
        var shift = BitOperations.Log2((ulong)value) - SubBits;
        return ((shift + 1) * Sub) + (int)((value >> shift) - Sub);
    }

    private static double UpperEnd(int bucket)
    {
        if (bucket < Sub)
        {
            return bucket + 1;
        }
        var shift = (bucket / Sub) - 1;
        return (double)((Sub + (bucket % Sub) + 1L) << shift);
    }

    private static double Milliseconds(double microseconds) => Math.Round(microseconds / 1000, 3);
}
