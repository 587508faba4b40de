using System.Collections.Concurrent;

namespace Jobs.Batches;

/// <summary>
/// Wakes those of this process who watch a batch. A hint: who watches reads the batch, and looks from time to time
/// without being woken. Thread-safe.
/// </summary>
public sealed class BatchChanges
{
    private readonly ConcurrentDictionary<Watch, Guid> watches = new();

    /// <summary>Begins to watch; dispose the watch to end it.</summary>
    public Watch Begin(Guid batchId)
    {
        var watch = new Watch(this);
        watches[watch] = batchId;
        return watch;
    }

    /// <summary>Begins to watch all batches.</summary>
    internal Watch BeginAll() => Begin(Guid.Empty);

    internal void Publish(Guid batchId)
    {
        foreach (var (watch, watched) in watches)
        {
            if (watched == batchId || watched == Guid.Empty)
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

    /// <summary>One who watches a batch.</summary>
    public sealed class Watch : IDisposable
    {
        private readonly BatchChanges owner;
        private readonly Engine.AsyncSignal signal = new();

        internal Watch(BatchChanges owner) => this.owner = owner;

        /// <summary>Waits until the batch changed, or the time is over; says whether it changed.</summary>
        public Task<bool> WaitAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
            signal.WaitAsync(timeout, cancellationToken);

        public void Dispose() => owner.End(this);

        internal void Set() => signal.Set();
    }
}
