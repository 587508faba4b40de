using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;

namespace Jobs.Bench.Engine;

/// <summary>The engines of this build in turns, each with its default options: the native one, and Hangfire where it is in the build.</summary>
internal static class EnginesBenchmark
{
    private const int BatchItems = 50_000;
    private const int Submitters = 8;

    private static readonly (string Name, Action<IServiceCollection> Add)[] Engines =
    [
        ("native", _ => { }),
#if HANGFIRE
        ("Hangfire", services => services.AddHangfireEngine()),
#endif
    ];

    public static async Task<int> RunAsync(string[] args)
    {
        var items = Number(args, 0, 100_000);
        var jobs = Number(args, 1, 1_000);
        var runs = Number(args, 2, 3);
        await using var database = await BenchDatabase.CreateAsync();
        Console.WriteLine(
            "run  engine    items/s, large batches  batches of one item/s  latency p50 ms  p99 ms"
        );
        for (var run = 0; run <= runs; run++)
        {
            foreach (var (name, add) in Engines)
            {
                await using var product = await Product.StartAsync(
                    database.ConnectionString,
                    engine: add
                );
                // The first batch waits for the engine to be up.
                await product.FinishedAsync(await product.SubmitOneAsync("{}"));
                var large = await product.RunAsync(items, BatchItems);
                var single = await SinglesAsync(product, jobs);
                var latencies = await LatenciesAsync(product, jobs / 10);
                if (run > 0)
                {
                    Console.WriteLine(
                        $"{run, 3}  {name, -8}  {items / large.TotalSeconds, 22:N0}  {jobs / single.TotalSeconds, 21:N0}  {latencies[latencies.Count / 2], 14:0.0}  {latencies[latencies.Count * 99 / 100], 6:0.0}"
                    );
                }
            }
        }
        return 0;
    }

    /// <summary>Batches of one item from several submitters; until the last has ended.</summary>
    private static async Task<TimeSpan> SinglesAsync(Product product, int jobs)
    {
        var batches = new ConcurrentBag<Guid>();
        var left = jobs;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(
            Enumerable
                .Range(0, Submitters)
                .Select(_ =>
                    Task.Run(async () =>
                    {
                        while (Interlocked.Decrement(ref left) >= 0)
                        {
                            batches.Add(await product.SubmitOneAsync("{}"));
                        }
                    })
                )
        );
        foreach (var batch in batches)
        {
            await product.FinishedAsync(batch);
        }
        return watch.Elapsed;
    }

    /// <summary>From the submission of one item to its handler, one at a time.</summary>
    private static async Task<List<double>> LatenciesAsync(Product product, int jobs)
    {
        var started = new ConcurrentDictionary<Guid, long>();
        NoOpHandler.Observer = item => started[item.BatchId] = Stopwatch.GetTimestamp();
        var latencies = new List<double>();
        for (var job = 0; job < jobs; job++)
        {
            var begin = Stopwatch.GetTimestamp();
            var id = await product.SubmitOneAsync("{}");
            await product.FinishedAsync(id);
            latencies.Add(Stopwatch.GetElapsedTime(begin, started[id]).TotalMilliseconds);
        }
        NoOpHandler.Observer = null;
        latencies.Sort();
        return latencies;
    }

    private static int Number(string[] args, int place, int otherwise) =>
        args.Length > place ? int.Parse(args[place], CultureInfo.InvariantCulture) : otherwise;
}
