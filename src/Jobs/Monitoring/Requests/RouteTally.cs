using Jobs.Monitoring.Samples;

namespace Jobs.Monitoring.Requests;

/// <summary>Requests of a route, or of several, added up over time and nodes. Not thread-safe.</summary>
internal sealed class RouteTally(string route, string method)
{
    private readonly SortedDictionary<string, long> statuses = new(StringComparer.Ordinal);

    public string Route { get; } = route;

    public string Method { get; } = method;

    /// <summary>By time in microseconds.</summary>
    public long[] Buckets { get; } = new long[LogHistogram.Buckets];

    public double SumMs { get; set; }

    public double MaxMs { get; set; }

    public IReadOnlyDictionary<string, long> Statuses => statuses;

    public long Requests => statuses.Values.Sum();

    /// <summary>Answers with a status of 500 or more.</summary>
    public long Errors => statuses.Where(s => s.Key[0] == '5').Sum(s => s.Value);

    public void Add(string status, long count)
    {
        if (count > 0)
        {
            statuses[status] = statuses.GetValueOrDefault(status) + count;
        }
    }

    public void Add(RouteTally other)
    {
        for (var bucket = 0; bucket < Buckets.Length; bucket++)
        {
            Buckets[bucket] += other.Buckets[bucket];
        }
        SumMs += other.SumMs;
        MaxMs = Math.Max(MaxMs, other.MaxMs);
        foreach (var (status, count) in other.statuses)
        {
            Add(status, count);
        }
    }
}
