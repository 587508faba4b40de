using System.Diagnostics;
using System.Text.Json;
using Jobs.Bench.Report;
using Jobs.Caching;
using Jobs.Caching.Shared;
using Jobs.Testing.Chaos;
using Microsoft.Extensions.Caching.Hybrid;

namespace Jobs.Bench.Cache;

/// <summary>Several processes: what they hear of each other, how often they compute, what a database that hangs costs.</summary>
internal static class ClusterBenchmark
{
    private const int Removals = 300;

    public static async Task<bool> RunAsync(string connectionString)
    {
        var rows = new List<IReadOnlyList<string>>();
        var holds = await InvalidationAsync(connectionString, rows);
        holds &= await WriteCostAsync(connectionString, rows);
        holds &= await ComputationsAsync(connectionString, rows);
        holds &= await OutageAsync(connectionString, rows);
        Markdown.Table(["several processes", "measured", "must be"], rows);
        return holds;
    }

    private static async Task<bool> InvalidationAsync(
        string connectionString,
        List<IReadOnlyList<string>> rows
    )
    {
        await using var one = await CacheProcess.StartAsync(connectionString, Patiently);
        await using var two = await CacheProcess.StartAsync(connectionString, Patiently);
        var times = new List<double>();
        for (var i = 0; i < Removals; i++)
        {
            var name = $"removed:{i}";
            await one.Scope.SetAsync(name, "old");
            while (await two.Scope.FindAsync<string>(name) is null)
            {
                await Task.Yield();
            }
            // Until its memory has it for good, after what it hears of the set.
            await Task.Delay(TimeSpan.FromMilliseconds(15), TimeProvider.System);
            await two.Scope.FindAsync<string>(name);
            await one.Scope.RemoveAsync(name);
            var started = Stopwatch.GetTimestamp();
            // Without taking the processor from those who tell and hear.
            while (await two.Scope.FindAsync<string>(name) is not null)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
            }
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        times.Sort();
        var p99 = times[(int)(times.Count * 0.99)];
        rows.Add([
            "a removal is heard by the other, p50 / p99 ms",
            $"{MemoryBenchmark.Median(times):0.0} / {p99:0.0}",
            "p99 ≤ 25",
        ]);
        return p99 <= 25;
    }

    // Beside the same writes that nobody is told of: fills.
    private static async Task<bool> WriteCostAsync(
        string connectionString,
        List<IReadOnlyList<string>> rows
    )
    {
        await using var one = await CacheProcess.StartAsync(connectionString, Patiently);
        await using var two = await CacheProcess.StartAsync(connectionString, Patiently);
        var value = SharedBenchmark.Value();
        var told = new List<double>();
        var untold = new List<double>();
        var sharedOnly = new CacheEntryOptions { Flags = HybridCacheEntryFlags.DisableLocalCache };
        for (var run = 0; run < 3; run++)
        {
            told.Add(
                await SharedBenchmark.RateAsync(
                    32,
                    async i =>
                        await one.Scope.SetAsync(
                            SharedBenchmark.Name(i % 10_000),
                            value,
                            sharedOnly
                        ),
                    1
                )
            );
            untold.Add(
                await SharedBenchmark.RateAsync(
                    32,
                    i => WriteUntoldAsync(one, SharedBenchmark.Name(i % 10_000), value),
                    1
                )
            );
        }
        var cost = 1 - (MemoryBenchmark.Median(told) / MemoryBenchmark.Median(untold));
        rows.Add([
            "writes/s that others are told of, and not",
            $"{MemoryBenchmark.Median(told):#,0} / {MemoryBenchmark.Median(untold):#,0} ({cost:0 %} less)",
            "≤ 25 % less",
        ]);
        return cost <= 0.25;
    }

    private static async Task<bool> ComputationsAsync(
        string connectionString,
        List<IReadOnlyList<string>> rows
    )
    {
        var processes = new List<CacheProcess>();
        for (var i = 0; i < 4; i++)
        {
            processes.Add(await CacheProcess.StartAsync(connectionString, Patiently));
        }
        var options = new CacheEntryOptions { OneFillPerCluster = true };
        var most = 0;
        for (var key = 0; key < 10; key++)
        {
            var computed = 0;
            await Task.WhenAll(
                processes
                    .SelectMany(p => Enumerable.Repeat(p, 1_000))
                    .Select(p =>
                        Task.Run(async () =>
                            await p.Scope.AnswerAsync(
                                $"cold:{key}",
                                0,
                                async (_, ct) =>
                                {
                                    await Task.Delay(
                                        TimeSpan.FromMilliseconds(20),
                                        TimeProvider.System,
                                        ct
                                    );
                                    return Interlocked.Increment(ref computed);
                                },
                                options
                            )
                        )
                    )
            );
            most = Math.Max(most, computed);
        }
        foreach (var process in processes)
        {
            await process.DisposeAsync();
        }
        rows.Add([
            "computations of a cold key, 4 processes × 1,000 callers, 10 keys",
            $"at most {most}",
            "1",
        ]);
        return most == 1;
    }

    private static async Task<bool> OutageAsync(
        string connectionString,
        List<IReadOnlyList<string>> rows
    )
    {
        await using var proxy = TcpProxy.Start(connectionString);
        await using var process = await CacheProcess.StartAsync(proxy.ConnectionString);
        await using var other = await CacheProcess.StartAsync(connectionString);
        await process.Scope.SetAsync("warm up", "value");
        await process.Scope.RemoveAsync("warm up");
        await process.UntilSharedAsync();
        // Each hit twice: what the second costs is what remains.
        await other.Scope.SetAsync("stale", "old");
        await AskAsync(process, "stale");
        proxy.Stall();
        var longest = 0.0;
        for (var i = 0; i < 20; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await AskAsync(process, $"hung:{i}");
            longest = Math.Max(longest, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        if (process.Store.IsShared)
        {
            throw new InvalidOperationException("The database hangs and is asked all the same.");
        }
        const int Checks = 1_000_000;
        var begun = Stopwatch.GetTimestamp();
        for (var i = 0; i < Checks; i++)
        {
            _ = process.Store.IsShared;
        }
        var check = Stopwatch.GetElapsedTime(begun).TotalMicroseconds / Checks;
        await other.Scope.RemoveAsync("stale");
        proxy.Resume();
        var resumed = Stopwatch.GetTimestamp();
        while (await process.Scope.FindAsync<string>("stale") is not null)
        {
            await Task.Yield();
        }
        var stale = Stopwatch.GetElapsedTime(resumed).TotalSeconds;
        await process.UntilSharedAsync();
        var recovery = Stopwatch.GetElapsedTime(resumed).TotalSeconds;
        rows.Add([
            "longest of 20 cold requests while the database hangs, ms",
            $"{longest:0.0}",
            "< 50",
        ]);
        rows.Add([
            "what a request asks the breaker while it is open, µs",
            $"{check:0.0000}",
            "≤ 1",
        ]);
        rows.Add(["the database is asked again after, s", $"{recovery:0.00}", "≤ 2"]);
        rows.Add(["stale for after the reconnect, s", $"{stale:0.00}", "≤ 1"]);
        return longest < 50 && check <= 1 && recovery <= 2 && stale <= 1;
    }

    // As a value is written that was computed.
    private static Task WriteUntoldAsync(CacheProcess process, string name, string value) =>
        process
            .Get<SharedTier>()
            .FillAsync(
                new SharedWrite(
                    process.Scope.KeyOf(name),
                    JsonSerializer.SerializeToUtf8Bytes(value),
                    IsJson: true,
                    [],
                    SharedDatabase.Micros(TimeProvider.System.GetUtcNow().UtcDateTime),
                    TimeSpan.FromMinutes(15),
                    TimeSpan.FromMinutes(16),
                    TimeSpan.FromHours(1)
                )
            );

    private static void Patiently(CacheOptions options) =>
        options.Patience = TimeSpan.FromSeconds(2);

    private static async Task AskAsync(CacheProcess process, string name) =>
        await process.Scope.AnswerAsync(
            name,
            "computed",
            static (value, _) => ValueTask.FromResult(value)
        );
}
