using System.Globalization;
using Jobs.Bench.Report;
using Jobs.Caching;
using Microsoft.Extensions.Caching.Memory;

namespace Jobs.Bench.Cache;

/// <summary>How many of the requests of three traces a cache of 2,000 values answers: the product, exact LRU, and the framework's MemoryCache.</summary>
internal static class HitRatioBenchmark
{
    private const int Entries = 2_000;
    private const int Requests = 1_000_000;

    private static readonly (string Name, Func<int, int[]> Make, double Least)[] All =
    [
        ("Zipf 0.9", Traces.Zipf, 46),
        ("with 33 % scans", Traces.WithScans, 31),
        ("drifting", Traces.Drifting, 45),
    ];

    public static async Task<bool> RunAsync(string connectionString)
    {
        var rows = new List<IReadOnlyList<string>>();
        var holds = true;
        foreach (var (name, make, least) in All)
        {
            var trace = make(Requests);
            var product = await ProductAsync(connectionString, trace);
            holds &= product >= least;
            rows.Add([
                name,
                $"{product:0.0}",
                $"{Lru(trace):0.0}",
                $"{Framework(trace):0.0}",
                $"{least:0}",
            ]);
        }
        Markdown.Table(
            ["hits of a cache of 2,000, %", "Jobs", "exact LRU", "MemoryCache", "at least"],
            rows
        );
        return holds;
    }

    private static async Task<double> ProductAsync(string connectionString, int[] trace)
    {
        await using var process = await CacheProcess.StartAsync(
            connectionString,
            o =>
            {
                o.Shared = false;
                o.MaxEntries = Entries;
            }
        );
        var scope = process.Scope;
        var hits = 0;
        foreach (var key in trace)
        {
            var answer = await scope.AnswerAsync(
                Name(key),
                key,
                static (k, _) => ValueTask.FromResult(k)
            );
            hits += answer.Status == CacheStatus.Hit ? 1 : 0;
        }
        if (process.Store.Summary().Entries > Entries)
        {
            throw new InvalidOperationException("There are more values than there may be.");
        }
        return 100.0 * hits / trace.Length;
    }

    private static double Lru(int[] trace)
    {
        var order = new LinkedList<int>();
        var nodes = new Dictionary<int, LinkedListNode<int>>();
        var hits = 0;
        foreach (var key in trace)
        {
            if (nodes.TryGetValue(key, out var node))
            {
                hits++;
                order.Remove(node);
                order.AddFirst(node);
                continue;
            }
            if (nodes.Count == Entries)
            {
                nodes.Remove(order.Last!.Value);
                order.RemoveLast();
            }
            nodes[key] = order.AddFirst(key);
        }
        return 100.0 * hits / trace.Length;
    }

    private static double Framework(int[] trace)
    {
        using var cache = new MemoryCache(new MemoryCacheOptions { SizeLimit = Entries });
        var hits = 0;
        foreach (var key in trace)
        {
            if (cache.TryGetValue(key, out _))
            {
                hits++;
            }
            else
            {
                cache.Set(key, key, new MemoryCacheEntryOptions { Size = 1 });
            }
        }
        return 100.0 * hits / trace.Length;
    }

    private static string Name(int key) => key.ToString(CultureInfo.InvariantCulture);
}
