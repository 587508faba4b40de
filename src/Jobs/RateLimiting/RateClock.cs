using System.Diagnostics;

namespace Jobs.RateLimiting;

/// <summary>Time of this process as a number, in the unit of its clock. Thread-safe.</summary>
internal sealed class RateClock(TimeProvider time)
{
    private readonly double perSecond = time.TimestampFrequency;

    private static readonly TimeSpan Lateness = TimeSpan.FromMilliseconds(10);
    private const long TicksPerSecond = 1_000;
    private static readonly long UnitsOfATick = Stopwatch.Frequency / TicksPerSecond;

    // Where the two clocks do not begin at the same moment, as on Linux they do.
    private readonly long tickedAt =
        Stopwatch.GetTimestamp() - (Environment.TickCount64 * UnitsOfATick);

    private readonly bool isSystem = ReferenceEquals(time, TimeProvider.System);

    public TimeProvider Time => time;

    // The same, without the way through the provider, on the path of every request.
    public long Now => isSystem ? Stopwatch.GetTimestamp() : time.GetTimestamp();

    /// <summary>
    /// The same as of some milliseconds ago, for a fifth of the price: of the system's last tick. Never ahead of
    /// <see cref="Now"/> by more than a tick.
    /// </summary>
    public long Recently =>
        isSystem ? tickedAt + (Environment.TickCount64 * UnitsOfATick) : time.GetTimestamp();

    /// <summary>How long permits are held; less by what <see cref="Recently"/> is late.</summary>
    public long Hold { get; } =
        (long)(
            (
                ReferenceEquals(time, TimeProvider.System)
                    ? RateWindow.Hold - Lateness
                    : RateWindow.Hold
            ).TotalSeconds * time.TimestampFrequency
        );

    /// <summary>A hundredth of it: the shortest time that a rate is taken over.</summary>
    public long Shortest { get; } =
        (long)(RateWindow.Hold.TotalSeconds * time.TimestampFrequency / 100);

    public long Units(TimeSpan span) => (long)(span.TotalSeconds * perSecond);

    public long Units(long microseconds) => (long)(microseconds * (perSecond / 1_000_000));

    public TimeSpan Span(long units) => TimeSpan.FromSeconds(units / perSecond);
}
