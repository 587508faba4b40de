using Jobs.Engine;

namespace Jobs.Caching.Shared;

/// <summary>
/// Tells the other processes that something was removed: at once, and then at most every few milliseconds, because a
/// NOTIFY holds up the commits of all others. Thread-safe.
/// </summary>
internal sealed class RemovalNotifier : IDisposable
{
    private const int IntervalMilliseconds = 5;

    private readonly Notices notices;
    private readonly CacheClock clock;
    private readonly ITimer timer;
    private readonly Lock gate = new();
    private long sentAt = long.MinValue / 2;
    private bool isArmed;

    public RemovalNotifier(Notices notices, CacheClock clock, TimeProvider time)
    {
        this.notices = notices;
        this.clock = clock;
        timer = time.CreateTimer(
            _ => Send(),
            null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
    }

    /// <summary>Something was removed, and that is committed.</summary>
    public void Removed()
    {
        lock (gate)
        {
            if (isArmed)
            {
                return;
            }
            var wait = sentAt + IntervalMilliseconds - clock.Now;
            if (wait > 0)
            {
                isArmed = true;
                timer.Change(TimeSpan.FromMilliseconds(wait), Timeout.InfiniteTimeSpan);
                return;
            }
            sentAt = clock.Now;
        }
        notices.SendCache();
    }

    public void Dispose() => timer.Dispose();

    private void Send()
    {
        lock (gate)
        {
            isArmed = false;
            sentAt = clock.Now;
        }
        notices.SendCache();
    }
}
