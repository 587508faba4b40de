using System.Numerics;

namespace Jobs.Monitoring.Samples;

/// <summary>
/// The buckets of a histogram that knows every quantile to 1.6 percent: below 32 a bucket a value, from there on 32 of
/// the same width for each doubling, as in HdrHistogram (Gil Tene) and the log-linear buckets of Circllhist (Hartmann
/// and Schlossnagle, 2020). All histograms have the same buckets, so two are merged by adding their counts.
/// </summary>
internal static class LogHistogram
{
    private const int SubBits = 5;
    private const int Sub = 1 << SubBits;

    /// <summary>Values are below 2^32: in microseconds 71 minutes; larger ones count as the largest.</summary>
    private const int MaxBits = 32;

    public const int Buckets = (MaxBits - SubBits + 1) * Sub;

    public static int BucketOf(long value)
    {
        if (value < Sub)
        {
            return (int)Math.Max(0, value);
        }
        var shift = BitOperations.Log2((ulong)value) - SubBits;
        return Math.Min(Buckets - 1, (shift * Sub) + (int)(value >> shift));
    }

    /// <summary>The value in the middle of a bucket, which stands for all of them.</summary>
    public static double ValueOf(int bucket)
    {
        if (bucket < 2 * Sub)
        {
            return bucket;
        }
        var shift = (bucket / Sub) - 1;
        var lowest = (long)(Sub + (bucket % Sub)) << shift;
        return lowest + (((1L << shift) - 1) / 2.0);
    }

    /// <summary>The value that this share of all is not above; 0 where there is none.</summary>
    /// <param name="counts">Of each bucket.</param>
    /// <param name="quantile">0 to 1.</param>
    public static double Quantile(ReadOnlySpan<long> counts, double quantile)
    {
        var total = 0L;
        foreach (var count in counts)
        {
            total += count;
        }
        var rank = Math.Max(1, (long)Math.Ceiling(total * quantile));
        for (var bucket = 0; bucket < counts.Length && total > 0; bucket++)
        {
            rank -= counts[bucket];
            if (rank <= 0)
            {
                return ValueOf(bucket);
            }
        }
        return 0;
    }
}
