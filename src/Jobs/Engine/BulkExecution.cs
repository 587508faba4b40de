using Jobs.Kinds;
using Microsoft.Extensions.Logging;

namespace Jobs.Engine;

/// <summary>
/// One call of a handler that takes many items at once. What it reports counts, also when it fails after that; what it
/// reports when it was left behind does not. Thread-safe but for <see cref="RunAsync"/>.
/// </summary>
internal sealed class BulkExecution(
    IBulkHandler handler,
    IReadOnlyList<Item> items,
    Action<int, ItemOutcome> record
)
{
    private readonly Lock gate = new();
    private readonly bool[] reported = new bool[items.Count];
    private bool ended;

    /// <summary>The places of items that have no outcome.</summary>
    public IEnumerable<int> Left =>
        Enumerable.Range(0, items.Count).Where(i => !reported[i]).ToList();

    /// <summary>Runs the handler; whatever it throws is logged, and its items stay left.</summary>
    public async Task RunAsync(
        LaneClock lane,
        LeasedChunk chunk,
        TimeProvider time,
        ILogger log,
        CancellationToken stop
    )
    {
        try
        {
            var execution = handler.HandleAsync(items, Report, lane.Token);
            if (!execution.IsCompletedSuccessfully)
            {
                lane.Arm(chunk.ItemTimeout);
                var limit = chunk.ItemTimeout + ChunkExecution.AbandonAfter;
                await execution.AsTask().WaitAsync(limit, time, CancellationToken.None);
            }
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            // What is left goes back with the chunk.
        }
        catch (Exception e)
        {
            log.BulkThrew(chunk.Key.BatchId, chunk.Key.Id, items.Count, e);
        }
        finally
        {
            lane.Disarm();
            lock (gate)
            {
                ended = true;
            }
        }
    }

    private void Report(int place, ItemOutcome outcome)
    {
        lock (gate)
        {
            if (ended || reported[place])
            {
                return;
            }
            reported[place] = true;
            record(place, outcome);
        }
    }
}
