using System.Diagnostics;
using Jobs.Bench.Report;
using Microsoft.Extensions.Caching.Hybrid;

namespace Jobs.Bench.Cache;

/// <summary>What a hit in memory costs, through the framework's own HybridCache.</summary>
internal static class MemoryBenchmark
{
    private const int Keys = 1_024;
    private const int Hits = 20_000_000;

    public static async Task<bool> RunAsync(string connectionString, int runs)
    {
        await using var process = await CacheProcess.StartAsync(
            connectionString,
            o => o.Shared = false
        );
        await using var second = await CacheProcess.StartAsync(
            connectionString,
            o => o.Shared = false
        );
        HybridCache cache = process.Scope;
        // Shares nothing with the first: what two threads can do at most on this machine.
        HybridCache other = second.Scope;
        var names = Enumerable.Range(0, Keys).Select(i => $"user:profile:{i:0000}").ToArray();
        foreach (var name in names)
        {
            await cache.SetAsync(name, name);
            await other.SetAsync(name, name);
        }
        Loop(cache, names, Hits / 10, 0);
        var nanoseconds = new List<double>();
        var perSecond = new List<double>();
        var apart = new List<double>();
        var bytes = 0L;
        for (var run = 0; run < runs; run++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var started = Stopwatch.GetTimestamp();
            Loop(cache, names, Hits, 0);
            var elapsed = Stopwatch.GetElapsedTime(started);
            bytes = Math.Max(bytes, GC.GetAllocatedBytesForCurrentThread() - before);
            nanoseconds.Add(elapsed.TotalNanoseconds / Hits);
            perSecond.Add(TwoThreads(cache, cache, names));
            apart.Add(TwoThreads(cache, other, names));
        }
        Markdown.Table(
            ["hit in memory", "median", "least–most", "must be"],
            [
                ["one thread, ns", $"{Median(nanoseconds):0.0}", Range(nanoseconds), "≤ 60"],
                ["allocated in 20 million hits, bytes", $"{bytes}", "", "0"],
                ["two threads, million/s", $"{Median(perSecond):0.0}", Range(perSecond), "≥ 35"],
                ["the same with a cache each", $"{Median(apart):0.0}", Range(apart), ""],
            ]
        );
        return Median(nanoseconds) <= 60 && bytes == 0 && Median(perSecond) >= 35;
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    public static string Range(IReadOnlyCollection<double> values) =>
        $"{values.Min():0.0}–{values.Max():0.0}";

    private static double TwoThreads(HybridCache one, HybridCache two, string[] names)
    {
        using var start = new Barrier(3);
        var threads = new[] { (one, 0), (two, Keys / 2) }
            .Select(t => new Thread(() =>
            {
                start.SignalAndWait();
                Loop(t.Item1, names, Hits, t.Item2);
            }))
            .ToList();
        threads.ForEach(t => t.Start());
        start.SignalAndWait();
        var started = Stopwatch.GetTimestamp();
        threads.ForEach(t => t.Join());
        return 2.0 * Hits / Stopwatch.GetElapsedTime(started).TotalSeconds / 1e6;
    }

    private static void Loop(HybridCache cache, string[] names, int count, int first)
    {
        for (var i = first; i < first + count; i++)
        {
            var answer = cache.GetOrCreateAsync(
                names[i & (Keys - 1)],
                0,
                static (_, _) => ValueTask.FromResult("missed")
            );
            if (!answer.IsCompletedSuccessfully || answer.Result.Length < 10)
            {
                throw new InvalidOperationException("A hit was none.");
            }
        }
    }
}
