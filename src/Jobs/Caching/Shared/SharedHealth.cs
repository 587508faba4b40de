using Microsoft.Extensions.Logging;

namespace Jobs.Caching.Shared;

/// <summary>
/// Whether the database is asked at all. After a few failures in a row, or one removal that is not certain, it is not,
/// until the follower has found it well and has written what could not be written. Callers are never the ones to try.
/// Thread-safe.
/// </summary>
internal sealed class SharedHealth(
    CacheStatistics statistics,
    CacheSignal signal,
    ILogger<SharedHealth> log
)
{
    private const int MostFailures = 3;

    // Closed until the follower has seen the database once.
    private volatile bool isOpen = true;
    private int failures;

    /// <summary>Whether the database is left alone.</summary>
    public bool IsOpen => isOpen;

    public void Succeeded() => Volatile.Write(ref failures, 0);

    public void Failed(Exception exception)
    {
        statistics.SharedFailed();
        if (Interlocked.Increment(ref failures) >= MostFailures)
        {
            Open(exception);
        }
    }

    /// <summary>Leaves the database alone from now on.</summary>
    public void Open(Exception? exception)
    {
        if (!isOpen)
        {
            isOpen = true;
            log.SharedAway(exception);
        }
        signal.Set();
    }

    public void Close()
    {
        if (isOpen)
        {
            Volatile.Write(ref failures, 0);
            isOpen = false;
            log.SharedBack();
        }
    }
}
