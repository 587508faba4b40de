using Jobs.Caching;

namespace Jobs.Monitoring.Samples;

/// <summary>Lookups in the cache since the last slice. One caller at a time.</summary>
internal sealed class CacheSamples(CacheStatistics statistics) : ISampleSource
{
    private static readonly Dictionary<string, (int, long)> Nothing = [];
    private readonly Dictionary<(string Namespace, string Result), long> taken = [];

    public void Collect(SampleSlice slice)
    {
        foreach (var counts in statistics.Read(Nothing))
        {
            Add(slice, counts.Namespace, "hit", counts.MemoryHits + counts.SharedHits);
            Add(slice, counts.Namespace, "stale", counts.StaleHits);
            Add(slice, counts.Namespace, "miss", counts.Misses);
        }
    }

    private void Add(SampleSlice slice, string name, string result, long total)
    {
        var former = taken.GetValueOrDefault((name, result));
        taken[(name, result)] = total;
        slice.Count(
            SampleNames.CacheRequests,
            total - former,
            tenantId: null,
            ("namespace", name),
            ("result", result)
        );
    }
}
