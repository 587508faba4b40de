namespace Jobs.RateLimiting;

/// <summary>Time of this process as a number, in the unit of its clock. Thread-safe.</summary>
internal sealed class RateClock(TimeProvider time)
{
    private readonly double perSecond = time.TimestampFrequency;

    public TimeProvider Time => time;

    public long Now => time.GetTimestamp();

    public long Units(TimeSpan span) => (long)(span.TotalSeconds * perSecond);

    public long Units(long microseconds) => (long)(microseconds * (perSecond / 1_000_000));

    public TimeSpan Span(long units) => TimeSpan.FromSeconds(units / perSecond);
}
