namespace Jobs.Bench.Cache;

/// <summary>Which keys are asked for, one after the other; the same ones in each run.</summary>
internal static class Traces
{
    private const int Keys = 200_000;
    private const double Skew = 0.9;

    /// <summary>Zipf: the key of rank n is asked for in proportion to n to the power of -0.9.</summary>
    public static int[] Zipf(int length) => Ranks(length, new Random(1));

    /// <summary>A third of all requests are scans: runs of 1,000 keys that are asked for once.</summary>
    public static int[] WithScans(int length)
    {
        var random = new Random(2);
        var ranks = Ranks(length, random);
        var next = Keys;
        for (var at = 0; at < length; at += 3_000)
        {
            for (var i = at; i < Math.Min(at + 1_000, length); i++)
            {
                ranks[i] = next++;
            }
        }
        return ranks;
    }

    /// <summary>What is popular changes: every 10,000 requests all keys give 50 places to others.</summary>
    public static int[] Drifting(int length)
    {
        var ranks = Ranks(length, new Random(3));
        for (var i = 0; i < length; i++)
        {
            ranks[i] = (ranks[i] + (i / 10_000 * 50)) % Keys;
        }
        return ranks;
    }

    private static int[] Ranks(int length, Random random)
    {
        var cumulative = new double[Keys];
        var sum = 0.0;
        for (var i = 0; i < Keys; i++)
        {
            sum += Math.Pow(i + 1, -Skew);
            cumulative[i] = sum;
        }
        var ranks = new int[length];
        for (var i = 0; i < length; i++)
        {
            var found = Array.BinarySearch(cumulative, random.NextDouble() * sum);
            ranks[i] = Math.Min(found < 0 ? ~found : found, Keys - 1);
        }
        return ranks;
    }
}
