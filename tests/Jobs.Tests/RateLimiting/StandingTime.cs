namespace Jobs.Tests.RateLimiting;

/// <summary>A clock that stands until it is told to go on; timers are the system's. Not thread-safe.</summary>
internal sealed class StandingTime : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private long ticks = 1;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public TimeSpan Now => TimeSpan.FromTicks(ticks);

    public override long GetTimestamp() => ticks;

    public override DateTimeOffset GetUtcNow() => Start + Now;

    public void Advance(TimeSpan by) => ticks += by.Ticks;
}
