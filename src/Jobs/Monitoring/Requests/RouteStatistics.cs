using Jobs.Monitoring.Samples;

namespace Jobs.Monitoring.Requests;

/// <summary>
/// Requests of one route and method: how many had which status, and how long they took. Of constant size. Thread-safe;
/// recording takes no lock and allocates nothing.
/// </summary>
public sealed class RouteStatistics
{
    private readonly int[] buckets = new int[LogHistogram.Buckets];
    private readonly long[] statuses = new long[StatusSlots.Names.Count];

    // Of those, what was taken by the last slice; only the one who takes touches them.
    private readonly long[] taken = new long[StatusSlots.Names.Count];
    private long sum;
    private long max;

    internal RouteStatistics(string route, string method)
    {
        Route = route;
        Method = method;
    }

    public string Route { get; }

    public string Method { get; }

    /// <summary>Counts a request.</summary>
    /// <param name="status">Of its answer.</param>
    /// <param name="elapsed">How long it took; null where that says nothing, because it was held on purpose.</param>
    public void Record(int status, TimeSpan? elapsed)
    {
        Interlocked.Increment(ref statuses[StatusSlots.Of(status)]);
        if (elapsed is { } time)
        {
            var microseconds = time.Ticks / TimeSpan.TicksPerMicrosecond;
            Interlocked.Increment(ref buckets[LogHistogram.BucketOf(microseconds)]);
            Interlocked.Add(ref sum, microseconds);
            var largest = Volatile.Read(ref max);
            while (
                microseconds > largest
                && Interlocked.CompareExchange(ref max, microseconds, largest) is var seen
                && seen != largest
            )
            {
                largest = seen;
            }
        }
    }

    /// <summary>Requests by status since the process began; never goes down.</summary>
    internal IEnumerable<(string Status, long Count)> Totals()
    {
        for (var slot = 0; slot < statuses.Length; slot++)
        {
            if (Volatile.Read(ref statuses[slot]) is > 0 and var count)
            {
                yield return (StatusSlots.Names[slot], count);
            }
        }
    }

    /// <summary>Adds what was counted since the last time to a slice.</summary>
    internal void Collect(SampleSlice slice)
    {
        Span<long> counts = stackalloc long[LogHistogram.Buckets];
        for (var bucket = 0; bucket < buckets.Length; bucket++)
        {
            counts[bucket] =
                buckets[bucket] == 0 ? 0 : Interlocked.Exchange(ref buckets[bucket], 0);
        }
        slice.Distribution(
            SampleNames.Requests,
            Values(counts, Interlocked.Exchange(ref sum, 0), Interlocked.Exchange(ref max, 0)),
            tenantId: null,
            ("route", Route),
            ("method", Method)
        );
        for (var slot = 0; slot < statuses.Length; slot++)
        {
            var total = Volatile.Read(ref statuses[slot]);
            slice.Count(
                SampleNames.Responses,
                total - taken[slot],
                tenantId: null,
                ("route", Route),
                ("method", Method),
                ("status", StatusSlots.Names[slot])
            );
            taken[slot] = total;
        }
    }

    /// <summary>Adds the same to what is shown, and leaves it to be collected.</summary>
    internal void AddTo(RouteTally tally)
    {
        for (var bucket = 0; bucket < buckets.Length; bucket++)
        {
            tally.Buckets[bucket] += Volatile.Read(ref buckets[bucket]);
        }
        tally.SumMs += Volatile.Read(ref sum) / 1000.0;
        tally.MaxMs = Math.Max(tally.MaxMs, Volatile.Read(ref max) / 1000.0);
        for (var slot = 0; slot < statuses.Length; slot++)
        {
            tally.Add(StatusSlots.Names[slot], Volatile.Read(ref statuses[slot]) - taken[slot]);
        }
    }

    private static SampleValues Values(ReadOnlySpan<long> counts, long sum, long max)
    {
        var total = 0L;
        var lowest = -1;
        for (var bucket = 0; bucket < counts.Length; bucket++)
        {
            total += counts[bucket];
            lowest = lowest < 0 && counts[bucket] > 0 ? bucket : lowest;
        }
        return new(
            total,
            sum / 1000.0,
            LogHistogram.ValueOf(Math.Max(0, lowest)) / 1000,
            max / 1000.0,
            PackedHistogram.Pack(counts)
        );
    }
}
