using Jobs.Bench.Engine;
using Jobs.Bench.Report;

namespace Jobs.Bench.Cache;

/// <summary>The cache: hit ratios, hits in memory, the shared tier, several processes.</summary>
internal static class CacheBenchmark
{
    public static async Task<int> RunAsync(string[] args)
    {
        var runs = Arguments.Number(args, 0, 5);
        var only = Arguments.Option(args, "--only");
        await using var database = await BenchDatabase.CreateAsync();
        var holds = true;
        foreach (
            var (name, run) in (IEnumerable<(string, Func<Task<bool>>)>)
                [
                    ("ratio", () => HitRatioBenchmark.RunAsync(database.ConnectionString)),
                    ("memory", () => MemoryBenchmark.RunAsync(database.ConnectionString, runs)),
                    ("shared", () => SharedBenchmark.RunAsync(database.ConnectionString, runs)),
                    ("cluster", () => ClusterBenchmark.RunAsync(database.ConnectionString)),
                ]
        )
        {
            if (only is null || only == name)
            {
                holds &= await run();
            }
        }
        return holds ? 0 : 1;
    }
}
