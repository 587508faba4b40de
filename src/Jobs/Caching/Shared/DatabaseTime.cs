namespace Jobs.Caching.Shared;

/// <summary>
/// The clock of the database, as this process knows it: what it said last, and the time since then. Never ahead of it,
/// and behind by the way of an answer. Thread-safe.
/// </summary>
internal sealed class DatabaseTime(TimeProvider time)
{
    private readonly Lock gate = new();
    private long micros;
    private long at;

    /// <summary>Microseconds; zero where the database never said.</summary>
    public long Now
    {
        get
        {
            lock (gate)
            {
                return micros == 0 ? 0 : micros + Since();
            }
        }
    }

    /// <summary>The database said so just now.</summary>
    public void Heard(long now)
    {
        lock (gate)
        {
            if (micros == 0 || now > micros + Since())
            {
                micros = now;
                at = time.GetTimestamp();
            }
        }
    }

    private long Since() => (long)time.GetElapsedTime(at).TotalMicroseconds;
}
