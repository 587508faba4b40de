namespace Jobs.RateLimiting;

/// <summary>How quickly a caller uses permits, of late. For one at a time.</summary>
internal struct UsageRate(long now)
{
    private long counted;
    private long countedAt = now;
    private int uncounted;

    /// <summary>Permits in a unit of the clock.</summary>
    public double PerUnit { get; private set; }

    /// <summary>Looks at how many were used since the beginning; returns how many that is more than before.</summary>
    /// <param name="shortest">Over which a rate is taken.</param>
    public int Count(long used, long now, long shortest)
    {
        var fresh = (int)Math.Max(0, used - counted);
        counted = used;
        uncounted += fresh;
        var elapsed = now - countedAt;
        if (elapsed >= shortest)
        {
            // Half of it is what was before.
            PerUnit = (PerUnit + ((double)uncounted / elapsed)) / 2;
            countedAt = now;
            uncounted = 0;
        }
        return fresh;
    }
}
