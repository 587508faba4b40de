using System.Diagnostics;
using Jobs.Bench.Report;
using Jobs.Caching;

namespace Jobs.Bench.Cache;

/// <summary>Several processes: what they hear of each other, how often they compute, what a database that hangs costs.</summary>
internal static class ClusterBenchmark
{
    private const int Removals = 300;

    public static async Task<bool> RunAsync(string connectionString)
    {
        var rows = new List<IReadOnlyList<string>>();
        var holds = await InvalidationAsync(connectionString, rows);
        holds &= await WriteCost.MeasureAsync(connectionString, rows);
        holds &= await ComputationsAsync(connectionString, rows);
        holds &= await HungDatabase.MeasureAsync(connectionString, rows);
        holds &= await OnePatience.MeasureAsync(connectionString, rows);
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

    internal static void Patiently(CacheOptions options) =>
        options.Patience = TimeSpan.FromSeconds(2);
}
