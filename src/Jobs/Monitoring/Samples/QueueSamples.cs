using Jobs.Batches;
using Jobs.Queues;
using Microsoft.Extensions.Logging;

namespace Jobs.Monitoring.Samples;

/// <summary>What waits, as the eldest node sees it once a minute. Thread-safe.</summary>
internal sealed class QueueSamples(QueueReader queues, ILogger<Sampler> log)
{
    /// <summary>Adds how long the queues are; nothing where they cannot be counted.</summary>
    public async Task AddAsync(SampleSlice slice, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var queue in await queues.ReadAsync(null, cancellationToken))
            {
                var priority = ("priority", queue.Priority.ToName());
                var kind = ("kind", queue.Kind);
                slice.Value(SampleNames.QueueReady, queue.Ready, priority, kind);
                slice.Value(SampleNames.QueueScheduled, queue.Scheduled, priority, kind);
                slice.Value(SampleNames.QueueRunning, queue.Running, priority, kind);
                if (queue.OldestAge is { } age)
                {
                    slice.Value(SampleNames.QueueOldest, age.TotalMilliseconds, priority, kind);
                }
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            log.QueuesNotCounted(e);
        }
    }
}
