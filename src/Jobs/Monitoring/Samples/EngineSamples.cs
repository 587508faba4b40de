using System.Collections.Concurrent;

namespace Jobs.Monitoring.Samples;

/// <summary>What the worker of this process settled, by tenant, since the last slice. Thread-safe.</summary>
internal sealed class EngineSamples : ISampleSource
{
    // Beyond so many of them, tenants are counted together, as nobody's.
    private const int MostTenants = 1000;

    private readonly ConcurrentDictionary<(int Tenant, string Kind), Tally> tallies = new();

    /// <summary>Items that got their outcome in one settlement.</summary>
    public void Settled(int tenantId, string kind, int succeeded, int failed, int cancelled)
    {
        var tally = Of(tenantId, kind);
        Interlocked.Add(ref tally.Succeeded, succeeded);
        Interlocked.Add(ref tally.Failed, failed);
        Interlocked.Add(ref tally.Cancelled, cancelled);
    }

    /// <summary>A chunk was executed.</summary>
    public void Executed(int tenantId, string kind, TimeSpan elapsed)
    {
        var tally = Of(tenantId, kind);
        var microseconds = (long)elapsed.TotalMicroseconds;
        lock (tally.Buckets)
        {
            tally.Buckets[LogHistogram.BucketOf(microseconds)]++;
            tally.Chunks++;
            tally.Sum += microseconds;
            tally.Min = Math.Min(tally.Min, microseconds);
            tally.Max = Math.Max(tally.Max, microseconds);
        }
    }

    public void Collect(SampleSlice slice)
    {
        foreach (var ((tenant, kind), tally) in tallies)
        {
            int? tenantId = tenant == 0 ? null : tenant;
            void Add(string outcome, ref long count) =>
                slice.Count(
                    SampleNames.Items,
                    Interlocked.Exchange(ref count, 0),
                    tenantId,
                    ("kind", kind),
                    ("outcome", outcome)
                );

            Add("succeeded", ref tally.Succeeded);
            Add("failed", ref tally.Failed);
            Add("cancelled", ref tally.Cancelled);
            lock (tally.Buckets)
            {
                slice.Distribution(SampleNames.Chunks, tally.Take(), tenantId, ("kind", kind));
            }
        }
    }

    private Tally Of(int tenantId, string kind) =>
        tallies.TryGetValue((tenantId, kind), out var tally) ? tally
        : tallies.Count >= MostTenants ? tallies.GetOrAdd((0, kind), _ => new())
        : tallies.GetOrAdd((tenantId, kind), _ => new());

    private sealed class Tally
    {
        public readonly long[] Buckets = new long[LogHistogram.Buckets];
        public long Succeeded;
        public long Failed;
        public long Cancelled;
        public long Chunks;
        public long Sum;
        public long Min = long.MaxValue;
        public long Max;

        public SampleValues Take()
        {
            var values = new SampleValues(
                Chunks,
                Sum / 1000.0,
                Chunks == 0 ? 0 : Min / 1000.0,
                Max / 1000.0,
                PackedHistogram.Pack(Buckets)
            );
            Array.Clear(Buckets);
            (Chunks, Sum, Min, Max) = (0, 0, long.MaxValue, 0);
            return values;
        }
    }
}
