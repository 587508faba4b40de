namespace Jobs.RateLimiting;

/// <summary>A window in the unit of the clock.</summary>
/// <param name="Index">Of its mark.</param>
/// <param name="Interval">From one request to the next.</param>
/// <param name="Tolerance">How far ahead of the clock the mark may be: the burst in time.</param>
internal readonly record struct Meter(int Index, long Interval, long Tolerance)
{
    public static Meter Of(RateWindow window, RateClock clock)
    {
        var interval = Math.Max(1, clock.Units(window.IntervalMicroseconds));
        return new Meter(window.Slot, interval, interval * window.Burst);
    }
}
