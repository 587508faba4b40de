using System.Collections.Concurrent;
using Jobs.Engine;

namespace Jobs.Notifications;

/// <summary>
/// Wakes those of this process who watch a tenant's notifications. A hint: who watches reads them, and looks from time
/// to time without being woken. Thread-safe.
/// </summary>
public sealed class NotificationChanges
{
    private readonly ConcurrentDictionary<Watch, int> watches = new();

    /// <summary>Begins to watch; dispose the watch to end it.</summary>
    public Watch Begin(int tenantId)
    {
        var watch = new Watch(this);
        watches[watch] = tenantId;
        return watch;
    }

    internal void Publish(int tenantId)
    {
        foreach (var (watch, watched) in watches)
        {
            if (watched == tenantId)
            {
                watch.Set();
            }
        }
    }

    internal void PublishAll()
    {
        foreach (var watch in watches.Keys)
        {
            watch.Set();
        }
    }

    private void End(Watch watch) => watches.TryRemove(watch, out _);

    /// <summary>One who watches a tenant's notifications.</summary>
    public sealed class Watch : IDisposable
    {
        private readonly NotificationChanges owner;
        private readonly AsyncSignal signal = new();

        internal Watch(NotificationChanges owner) => this.owner = owner;

        /// <summary>Waits until something may have changed, or the time is over.</summary>
        public Task WaitAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
            signal.WaitAsync(timeout, cancellationToken);

        public void Dispose() => owner.End(this);

        internal void Set() => signal.Set();
    }
}
