using System.Diagnostics;
using Jobs.Kinds;

namespace Jobs.Bench.Engine;

/// <summary>Waits for a millisecond, or for what the machine's timers make of it.</summary>
internal sealed class WaitHandler(TimeProvider time) : IItemHandler
{
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(1);
    private static readonly byte[] Result = "{\"ok\":true,\"echo\":12345}"u8.ToArray();
    private static long busy;

    /// <summary>How long all items together have taken.</summary>
    public static TimeSpan Busy => Stopwatch.GetElapsedTime(0, Volatile.Read(ref busy));

    public async ValueTask<ItemOutcome> HandleAsync(Item item, CancellationToken cancellationToken)
    {
        var begin = Stopwatch.GetTimestamp();
        NoOpHandler.Observer?.Invoke(item);
        await Task.Delay(Wait, time, cancellationToken);
        Interlocked.Add(ref busy, Stopwatch.GetTimestamp() - begin);
        return ItemOutcome.SuccessJson(Result);
    }
}
