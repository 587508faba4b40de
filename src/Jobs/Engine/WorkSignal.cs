namespace Jobs.Engine;

/// <summary>
/// Says that there is something to do, to this process's worker at once and to those of other processes by one
/// coalesced NOTIFY. It is only a hint: a worker that misses it finds the work at its next poll. Thread-safe.
/// </summary>
public sealed class WorkSignal(Notices notices, DirectLeases direct) : IDisposable
{
    internal AsyncSignal Ready { get; } = new();

    internal AsyncSignal Due { get; } = new();

    /// <summary>Chunks were committed that workers may take up: now, or (<paramref name="scheduled"/>) at a later time.</summary>
    public void Announce(bool scheduled)
    {
        Wake(scheduled);
        notices.SendWork(scheduled);
    }

    /// <summary>The same for this process alone.</summary>
    internal void Wake(bool scheduled)
    {
        (scheduled ? Due : Ready).Set();
        if (!scheduled)
        {
            // What comes now must not start before what waits already.
            direct.Close();
        }
    }

    public void Dispose()
    {
        Ready.Dispose();
        Due.Dispose();
    }
}
