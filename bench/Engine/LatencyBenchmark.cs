using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Jobs.Bench.Engine;

/// <summary>From the submission of a batch of one item to the start of its handler, on an idle service, one at a time.</summary>
internal static class LatencyBenchmark
{
    public static async Task<int> RunAsync(string[] args)
    {
        var jobs = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 500;
        var runs = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 3;
        await using var database = await BenchDatabase.CreateAsync();
        await using var product = await Product.StartAsync(database.ConnectionString);
        var started = new ConcurrentDictionary<Guid, long>();
        NoOpHandler.Observer = item => started[item.BatchId] = Stopwatch.GetTimestamp();
        for (var run = 0; run <= runs; run++)
        {
            var latencies = new List<double>();
            var commits = new List<double>();
            for (var job = 0; job < jobs; job++)
            {
                var begin = Stopwatch.GetTimestamp();
                var id = await product.SubmitOneAsync("{}");
                commits.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
                await product.FinishedAsync(id);
                latencies.Add(Stopwatch.GetElapsedTime(begin, started[id]).TotalMilliseconds);
            }
            latencies.Sort();
            commits.Sort();
            if (run > 0)
            {
                Console.WriteLine(
                    $"run {run}: submit to handler p50 {latencies[jobs / 2]:0.00} ms, p99 {latencies[jobs * 99 / 100]:0.00} ms; submission alone {commits[jobs / 2]:0.00}, {commits[jobs * 99 / 100]:0.00} ms"
                );
            }
        }
        return 0;
    }
}
