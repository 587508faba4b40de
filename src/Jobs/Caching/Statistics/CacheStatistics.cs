using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Jobs.Caching;

/// <summary>What the cache of this process did. Thread-safe; the meter <see cref="MeterName"/> reads it.</summary>
internal sealed class CacheStatistics : IDisposable
{
    public const string MeterName = "Jobs.Cache";

    private readonly Meter meter = new(MeterName);
    private readonly ConcurrentDictionary<string, NamespaceStatistics> namespaces = new(
        StringComparer.Ordinal
    );

    public CacheStatistics()
    {
        meter.CreateObservableCounter(
            "jobs.cache.requests",
            Requests,
            "{request}",
            "Lookups, by result and by the tier that answered."
        );
        meter.CreateObservableCounter(
            "jobs.cache.sets",
            Sets,
            "{value}",
            "Values that were kept, by tier."
        );
        meter.CreateObservableCounter(
            "jobs.cache.fills",
            () => All().Select(n => Of(n.Fills, n)),
            "{fill}",
            "Sources that were asked, once for many names together."
        );
        meter.CreateObservableCounter(
            "jobs.cache.fill.failures",
            () => All().Select(n => Of(n.FillFailures, n)),
            "{fill}",
            "Sources that were asked and failed."
        );
        meter.CreateObservableCounter(
            "jobs.cache.evictions",
            Evictions,
            "{entry}",
            "Entries that left a tier, by cause."
        );
        meter.CreateObservableCounter(
            "jobs.cache.shared.failures",
            () => SharedFailures,
            description: "What the database did not answer to the cache."
        );
    }

    /// <summary>One value or many, from the database.</summary>
    public LatencyHistogram SharedReads { get; } = new();

    /// <summary>One value or many, into the database.</summary>
    public LatencyHistogram SharedWrites { get; } = new();

    /// <summary>What sources take.</summary>
    public LatencyHistogram Fills { get; } = new();

    private long sharedFailures;

    /// <summary>What the database did not answer in time, or at all.</summary>
    public long SharedFailures => Volatile.Read(ref sharedFailures);

    public void SharedFailed() => Interlocked.Increment(ref sharedFailures);

    public NamespaceStatistics Of(string name) =>
        namespaces.GetOrAdd(name, static n => new NamespaceStatistics(n));

    public NamespaceStatistics Of(ScopeId scope) => Of(scope.Namespace);

    public IReadOnlyList<NamespaceCounts> Read(
        IReadOnlyDictionary<string, (int Entries, long Bytes)> held
    ) =>
        [
            .. namespaces
                .Values.OrderBy(n => n.Name, StringComparer.Ordinal)
                .Select(n =>
                {
                    var (entries, bytes) = held.GetValueOrDefault(n.Name);
                    return n.Read(entries, bytes);
                }),
        ];

    public void Dispose() => meter.Dispose();

    private IEnumerable<NamespaceCounts> All() => namespaces.Values.Select(n => n.Read(0, 0));

    private static Measurement<long> Of(
        long value,
        NamespaceCounts counts,
        params (string Name, string Value)[] tags
    ) =>
        new(
            value,
            [
                KeyValuePair.Create<string, object?>("namespace", counts.Namespace),
                .. tags.Select(t => KeyValuePair.Create<string, object?>(t.Name, t.Value)),
            ]
        );

    private IEnumerable<Measurement<long>> Requests() =>
        All()
            .SelectMany(n =>
                (IEnumerable<Measurement<long>>)
                    [
                        Of(n.MemoryHits, n, ("result", "hit"), ("tier", "memory")),
                        Of(n.SharedHits, n, ("result", "hit"), ("tier", "shared")),
                        Of(
                            n.StaleHits - n.SharedStaleHits,
                            n,
                            ("result", "stale"),
                            ("tier", "memory")
                        ),
                        Of(n.SharedStaleHits, n, ("result", "stale"), ("tier", "shared")),
                        Of(n.Misses, n, ("result", "miss")),
                    ]
            );

    private IEnumerable<Measurement<long>> Sets() =>
        All()
            .SelectMany(n =>
                (IEnumerable<Measurement<long>>)
                    [
                        Of(n.MemorySets, n, ("tier", "memory")),
                        Of(n.SharedSets, n, ("tier", "shared")),
                    ]
            );

    private IEnumerable<Measurement<long>> Evictions() =>
        All()
            .SelectMany(n =>
                (IEnumerable<Measurement<long>>)
                    [
                        Evicted(n.Evictions.Entries, n, "entries"),
                        Evicted(n.Evictions.Bytes, n, "bytes"),
                        Evicted(n.Evictions.Expired, n, "expired"),
                        Evicted(n.Evictions.Removed, n, "removed"),
                        Evicted(n.Evictions.Replaced, n, "replaced"),
                        Evicted(n.Evictions.Flushed, n, "flushed"),
                        Of(n.SharedExpired, n, ("cause", "expired"), ("tier", "shared")),
                    ]
            );

    private static Measurement<long> Evicted(long value, NamespaceCounts counts, string cause) =>
        Of(value, counts, ("cause", cause), ("tier", "memory"));
}
