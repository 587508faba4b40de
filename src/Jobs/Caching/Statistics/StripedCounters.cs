using System.Numerics;

namespace Jobs.Caching;

/// <summary>
/// Counters that many threads count at once: each processor has a line of its own, so that counting does not make the
/// processors wait for each other. Thread-safe; a sum is of about one moment.
/// </summary>
internal sealed class StripedCounters
{
    // Four lines of 64 bytes: processors fetch them in pairs.
    private const int Stride = 32;
    private readonly long[] cells;
    private readonly int mask;

    public StripedCounters()
    {
        var stripes = (int)BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount);
        mask = stripes - 1;
        // Room before the first and after the last: what lies beside the array is read by all, this object among it.
        cells = new long[(stripes + 2) * Stride];
    }

    /// <summary>Counts one.</summary>
    /// <param name="counter">0 to 31.</param>
    public void Add(int counter) => Interlocked.Increment(ref CellOf(counter));

    /// <summary>Counts many.</summary>
    /// <param name="counter">0 to 31.</param>
    public void Add(int counter, long count) => Interlocked.Add(ref CellOf(counter), count);

    public long Sum(int counter)
    {
        var sum = 0L;
        for (var stripe = 0; stripe <= mask; stripe++)
        {
            sum += Volatile.Read(ref cells[((stripe + 1) * Stride) + counter]);
        }
        return sum;
    }

    private ref long CellOf(int counter) =>
        ref cells[(((Thread.GetCurrentProcessorId() & mask) + 1) * Stride) + counter];
}
