namespace Jobs.Caching;

/// <summary>
/// Milliseconds that never go back. The system's coarse clock costs a sixth of a timestamp, and every hit asks it.
/// Thread-safe.
/// </summary>
internal sealed class CacheClock(TimeProvider time)
{
    private readonly bool isSystem = ReferenceEquals(time, TimeProvider.System);

    public long Now =>
        isSystem ? Environment.TickCount64 : (long)time.GetElapsedTime(0).TotalMilliseconds;
}
