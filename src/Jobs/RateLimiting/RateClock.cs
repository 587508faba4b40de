using System.Diagnostics;

namespace Jobs.RateLimiting;

/// <summary>Time of this process as a number, in the unit of its clock. Thread-safe.</summary>
internal sealed class RateClock(TimeProvider time)
{
    private readonly double perSecond = time.TimestampFrequency;

    private readonly bool isSystem = ReferenceEquals(time, TimeProvider.System);

    public TimeProvider Time => time;

    // The same, without the way through the provider, on the path of every request.
    public long Now => isSystem ? Stopwatch.GetTimestamp() : time.GetTimestamp();

    /// <summary>How long permits are held.</summary>
    public long Hold { get; } = (long)(RateWindow.Hold.TotalSeconds * time.TimestampFrequency);

    /// <summary>A hundredth of it: the shortest time that a rate is taken over.</summary>
    public long Shortest { get; } =
        (long)(RateWindow.Hold.TotalSeconds * time.TimestampFrequency / 100);

    public long Units(TimeSpan span) => (long)(span.TotalSeconds * perSecond);

    public long Units(long microseconds) => (long)(microseconds * (perSecond / 1_000_000));

    public TimeSpan Span(long units) => TimeSpan.FromSeconds(units / perSecond);
}
