using System.Diagnostics;
using System.Globalization;
using Jobs.Bench.Report;
using Jobs.Caching;
using Jobs.Caching.Shared;
using Microsoft.Extensions.Caching.Hybrid;

namespace Jobs.Bench.Cache;

/// <summary>What the tier in PostgreSQL takes: values of 1 KiB, the product's own calls.</summary>
internal static class SharedBenchmark
{
    private const int Keys = 10_000;
    private const int Callers = 16;
    private const int ManyKeys = 50;
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(3);

    // Past the memory of the process.
    private static readonly CacheEntryOptions SharedOnly = new()
    {
        Flags = HybridCacheEntryFlags.DisableLocalCache,
    };

    public static async Task<bool> RunAsync(string connectionString, int runs)
    {
        await using var process = await CacheProcess.StartAsync(
            connectionString,
            o => o.Patience = TimeSpan.FromSeconds(2)
        );
        var scope = process.Scope;
        var value = Value();
        await Parallel.ForAsync(
            0,
            Keys,
            async (i, ct) => await scope.SetAsync(Name(i), value, SharedOnly, cancellationToken: ct)
        );
        var gets = new List<double>();
        var latency = new List<double>();
        var raw = new List<double>();
        await using var limit = await RawRead.OpenAsync(process.Get<SharedDatabase>());
        var many = new List<double>();
        var sets = new List<double>();
        for (var run = 0; run < runs; run++)
        {
            latency.Add(await LatencyAsync(i => GetAsync(scope, i)));
            raw.Add(await LatencyAsync(i => limit.ReadAsync(scope.KeyOf(Name(i % Keys)))));
            gets.Add(await RateAsync(Callers, i => GetAsync(scope, i), 1));
            many.Add(await RateAsync(4, i => ManyAsync(process.Store, i), ManyKeys));
            sets.Add(
                await RateAsync(
                    2 * Callers,
                    async i => await scope.SetAsync(Name(i % Keys), value, SharedOnly),
                    1
                )
            );
        }
        Markdown.Table(
            ["shared tier, 1 KiB", "median", "least–most", "must be"],
            [
                Row("get, one caller, p50 ms", latency, "0.000", "≤ 0.1"),
                Row("the same statement alone on one connection, p50 ms", raw, "0.000", ""),
                Row($"gets/s, {Callers} callers", gets, "#,0", "≥ 20,000"),
                Row($"keys/s by {ManyKeys}, 4 callers", many, "#,0", "≥ 75,000"),
                Row($"sets/s, {2 * Callers} callers, all others told", sets, "#,0", "≥ 20,000"),
            ]
        );
        return MemoryBenchmark.Median(latency) <= 0.1
            && MemoryBenchmark.Median(gets) >= 20_000
            && MemoryBenchmark.Median(many) >= 75_000
            && MemoryBenchmark.Median(sets) >= 20_000;
    }

    public static string Value() => new('v', 1_024);

    public static string Name(int i) =>
        string.Create(CultureInfo.InvariantCulture, $"key:{i:00000}");

    /// <summary>How often something can be done in a second by so many callers.</summary>
    public static async Task<double> RateAsync(int callers, Func<int, Task> act, int each)
    {
        var done = 0;
        var next = 0;
        var started = Stopwatch.GetTimestamp();
        async Task CallAsync()
        {
            while (Stopwatch.GetElapsedTime(started) < Time)
            {
                await act(Interlocked.Increment(ref next));
                Interlocked.Increment(ref done);
            }
        }
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(CallAsync)));
        return each * done / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<double> LatencyAsync(Func<int, Task> read)
    {
        var all = new List<double>();
        for (var i = 0; i < 5_000; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await read(i);
            all.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        return MemoryBenchmark.Median(all);
    }

    private static async Task GetAsync(CacheScope scope, int i)
    {
        var answer = await scope.AnswerAsync(
            Name(i % Keys),
            0,
            static (_, _) => ValueTask.FromResult("missed"),
            SharedOnly
        );
        if (answer.Status != CacheStatus.Hit)
        {
            throw new InvalidOperationException("A hit was none.");
        }
    }

    private static async Task ManyAsync(CacheStore store, int i)
    {
        // Spread over the keys, past those that the memory has.
        var keys = Enumerable
            .Range(0, ManyKeys)
            .Select(n => $"content:{Name(((i * 31) + (n * 197)) % Keys)}")
            .ToArray();
        var found = await store.FindAsync(2, keys, CancellationToken.None);
        if (found.Any(f => f is null))
        {
            throw new InvalidOperationException("A hit was none.");
        }
    }

    private static IReadOnlyList<string> Row(
        string name,
        IReadOnlyCollection<double> values,
        string format,
        string bound
    ) =>
        [
            name,
            MemoryBenchmark.Median(values).ToString(format, CultureInfo.InvariantCulture),
            $"{values.Min().ToString(format, CultureInfo.InvariantCulture)}–{values.Max().ToString(format, CultureInfo.InvariantCulture)}",
            bound,
        ];
}
