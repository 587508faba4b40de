namespace Jobs.RateLimiting;

/// <summary>So many requests in a period, of which so many at once.</summary>
/// <param name="Slot">Which of the four of a policy: bucket, minute, hour, day.</param>
public readonly record struct RateWindow(int Slot, int Permits, TimeSpan Period, int Burst)
{
    public const int Slots = 4;

    /// <summary>How long a node may keep permits that it has taken.</summary>
    internal static readonly TimeSpan Hold = TimeSpan.FromSeconds(1);

    /// <summary>What a sliding window may admit beyond its number in any time of its length.</summary>
    private const double Overshoot = 0.15;

    // So that 8 is not taken for 7.999….
    private const double Rounding = 1e-6;

    private static readonly string[] Suffixes = ["", "-minute", "-hour", "-day"];

    /// <summary>What follows the name of the policy in a header.</summary>
    public string Suffix => Suffixes[Slot];

    /// <summary>Microseconds from one request to the next; rounded up, never to more than the limit.</summary>
    internal long IntervalMicroseconds =>
        ((Period.Ticks / TimeSpan.TicksPerMicrosecond) + Permits - 1) / Permits;

    /// <summary>
    /// A sliding window. In any time of its length GCRA admits its number and its burst less one, and permits that nodes
    /// hold may be used as much later: so the burst is what keeps all of that within 115 %, about a sixth.
    /// </summary>
    internal static RateWindow Sliding(int slot, int permits, TimeSpan period) =>
        new(
            slot,
            permits,
            period,
            1 + (int)(permits * Math.Max(0, Overshoot - (Hold / period)) + Rounding)
        );

    /// <summary>What one of several nodes may admit by itself.</summary>
    internal RateWindow Share(int nodes)
    {
        var share = this with { Burst = Math.Max(1, Burst / nodes) };
        return Permits >= nodes
            ? share with
            {
                Permits = Permits / nodes,
            }
            : share with
            {
                Permits = 1,
                Period = Period * ((double)nodes / Permits),
            };
    }
}
