using System.Collections.Concurrent;
using Jobs.Kinds;

namespace Jobs.Bench.SideBySide;

/// <summary>How often each item of a run was executed. Thread-safe.</summary>
internal sealed class ExecutionCount(int items, int batchItems)
{
    private readonly ConcurrentDictionary<Guid, int[]> batches = new();
    private readonly TaskCompletionSource all = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );
    private int executed;

    /// <summary>Ends when there were as many executions as there are items.</summary>
    public Task All => all.Task;

    /// <summary>Items that were not executed exactly once.</summary>
    public int Wrong =>
        Math.Abs(items - batches.Values.Sum(b => b.Count(times => times == 1)))
        + batches.Values.Sum(b => b.Count(times => times > 1));

    public void Add(Item item)
    {
        var counts = batches.GetOrAdd(item.BatchId, static (_, size) => new int[size], batchItems);
        Interlocked.Increment(ref counts[item.Index]);
        if (Interlocked.Increment(ref executed) == items)
        {
            all.TrySetResult();
        }
    }
}
