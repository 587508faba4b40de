using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Jobs.Kinds.Queries.Index;

/// <summary>
/// Merges the segments of tenants that have written documents, soon after they did, one tenant at a time. What it does
/// not come to is done by cleanup. Thread-safe.
/// </summary>
internal sealed class IndexKeeper(SegmentMerger merger, ILogger<IndexKeeper> log)
    : BackgroundService
{
    private readonly Channel<int> waiting = Channel.CreateUnbounded<int>();
    private readonly ConcurrentDictionary<int, bool> asked = [];

    public void Wake(int tenantId)
    {
        // Once in the queue is enough: it is looked at when its turn comes.
        if (asked.TryAdd(tenantId, true))
        {
            waiting.Writer.TryWrite(tenantId);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var tenantId in waiting.Reader.ReadAllAsync(stoppingToken))
            {
                asked.TryRemove(tenantId, out _);
                await MergeAsync(tenantId, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // A merge that was cut short is rolled back.
        }
    }

    private async Task MergeAsync(int tenantId, CancellationToken ct)
    {
        try
        {
            await merger.MergeAsync(tenantId, ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            IndexLog.NotMerged(log, e, tenantId);
        }
    }
}
