namespace Jobs.RateLimiting;

/// <summary>How quickly a caller uses permits, of late: what is long ago counts less. For one at a time.</summary>
internal struct UsageRate(long now)
{
    private long countedAt = now;
    private int uncounted;

    /// <summary>Permits in a unit of the clock.</summary>
    public double PerUnit { get; private set; }

    /// <summary>Takes in what was used.</summary>
    /// <param name="used">Since it was told last.</param>
    /// <param name="shortest">Over which a rate is taken.</param>
    /// <param name="memory">A rate over this long counts half, beside all before it.</param>
    public void Count(int used, long now, long shortest, long memory)
    {
        uncounted += used;
        var elapsed = now - countedAt;
        if (elapsed >= shortest)
        {
            // By the time that has passed: one who uses a grant at once and waits for the next has the same rate whenever
            // it is looked at.
            PerUnit = ((PerUnit * memory) + uncounted) / (memory + elapsed);
            countedAt = now;
            uncounted = 0;
        }
    }
}
