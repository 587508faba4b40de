using System.Diagnostics;
using Jobs.Kinds;

namespace Jobs.Bench.Engine;

/// <summary>
/// Blocks for a millisecond, as nearly as the kernel can. The timers of .NET count in ticks of a coarse clock, often
/// of four milliseconds: a delay of one would measure them.
/// </summary>
internal sealed class WaitHandler : IItemHandler
{
    private const int Threads = 64;
    private static readonly byte[] Result = "{\"ok\":true,\"echo\":12345}"u8.ToArray();
    private static long busy;

    // A pool that is blocked grows slowly; without that many the slots would wait for threads.
    static WaitHandler() => ThreadPool.SetMinThreads(Threads, Threads);

    /// <summary>How long all items together have taken.</summary>
    public static TimeSpan Busy => Stopwatch.GetElapsedTime(0, Volatile.Read(ref busy));

    public ValueTask<ItemOutcome> HandleAsync(Item item, CancellationToken cancellationToken)
    {
        var begin = Stopwatch.GetTimestamp();
        NoOpHandler.Observer?.Invoke(item);
        var nobody = new object();
        lock (nobody)
        {
            Monitor.Wait(nobody, 1);
        }
        Interlocked.Add(ref busy, Stopwatch.GetTimestamp() - begin);
        return ValueTask.FromResult(ItemOutcome.SuccessJson(Result));
    }
}
