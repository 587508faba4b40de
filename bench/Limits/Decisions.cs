using System.Diagnostics;
using Jobs.Bench.Report;
using Jobs.Database;
using Jobs.RateLimiting;
using Jobs.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Jobs.Bench.Limits;

/// <summary>
/// A decision over three windows on one thread, of one caller and of 10,000 who come in no order, so that what is known of
/// each must be fetched anew: time and allocation.
/// </summary>
internal static class Decisions
{
    private const int Callers = 10_000;
    private const int Rounds = 100;
    private const int Runs = 7;

    private static readonly RateLimitSettings Plenty = new(
        RateLimitSettings.Most,
        TimeSpan.FromSeconds(20),
        RateLimitSettings.Most,
        null,
        RateLimitSettings.Most,
        RateLimitSettings.Most,
        RateLimitMode.Enforce,
        WhenAway.Local,
        []
    );

    public static async Task RunAsync(EngineHost node)
    {
        // Not ready: each counts by itself, with all three windows.
        await using var alone = new ServiceCollection()
            .AddLogging()
            .AddSingleton(_ => new JobsDataSource("Host=127.0.0.1;Port=1"))
            .AddSingleton<DatabaseReadiness>()
            .AddSingleton(_ => new Microsoft.Extensions.Configuration.ConfigurationManager())
            .AddSingleton<Microsoft.Extensions.Configuration.IConfiguration>(p =>
                p.GetRequiredService<Microsoft.Extensions.Configuration.ConfigurationManager>()
            )
            .AddBatches()
            .AddRateLimiting()
            .BuildServiceProvider();
        Console.WriteLine("\na decision, one thread\n");
        Markdown.Table(
            ["counted", "callers", "ns, median of 7", "bytes"],
            [
                Measure(
                    "by this node, three windows",
                    alone.GetRequiredService<RateLimitRules>(),
                    alone.GetRequiredService<RateLimiter>(),
                    Callers
                ),
                Measure(
                    "by this node, three windows",
                    alone.GetRequiredService<RateLimitRules>(),
                    alone.GetRequiredService<RateLimiter>(),
                    1
                ),
                await MeasureSharedAsync(node, 1),
                await MeasureSharedAsync(node, Callers),
            ]
        );
    }

    private static string[] Measure(
        string counted,
        RateLimitRules rules,
        RateLimiter limiter,
        int callers
    )
    {
        rules.Set(
            [new RateLimitRule("plenty", null, null, null, Plenty, DateTimeOffset.UnixEpoch, null)],
            rules.Current.Revision + 1
        );
        var policy = rules.Current.Policies["plenty"];
        var subjects = Enumerable.Range(0, callers).Select(Subject).ToArray();
        // Not in the order in which their counters are made, and lie in memory.
        new Random(1).Shuffle(subjects);
        var total = Callers * Rounds;
        var times = new List<double>();
        long bytes = 0;
        for (var run = 0; run <= Runs; run++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var started = Stopwatch.GetTimestamp();
            for (var round = 0; round < total / callers; round++)
            {
                foreach (ref readonly var subject in subjects.AsSpan())
                {
                    limiter.TryDecide(policy, subject);
                }
            }
            var elapsed = Stopwatch.GetElapsedTime(started);
            // The first makes the counters.
            if (run > 0)
            {
                times.Add(elapsed.TotalNanoseconds / total);
                bytes += GC.GetAllocatedBytesForCurrentThread() - before;
            }
        }
        return
        [
            counted,
            $"{callers:#,0}",
            Spread.Of(times).Text("0"),
            $"{(double)bytes / total / Runs:0.00}",
        ];
    }

    // Permits that the node holds, taken for each before the time is: those that it runs out of it gets meanwhile.
    private static async Task<string[]> MeasureSharedAsync(EngineHost node, int callers)
    {
        await LimitsBenchmark.SetAsync([node], "plenty", Plenty);
        var limiter = node.Get<RateLimiter>();
        var policy = node.Get<RateLimitRules>().Current.Policies["plenty"];
        var subjects = Enumerable.Range(0, callers).Select(Subject).ToArray();
        new Random(1).Shuffle(subjects);
        // A new caller has five permits at its first request, and that uses one.
        var each = callers == 1 ? 1_000 : 4;
        var runs = Math.Max(50, 2_000 / callers);
        var times = new List<double>();
        long bytes = 0;
        var admitted = 0;
        for (var run = 0; run < runs; run++)
        {
            await Parallel.ForEachAsync(
                subjects,
                new ParallelOptions { MaxDegreeOfParallelism = 500 },
                async (subject, stop) => await limiter.DecideAsync(policy, subject, stop)
            );
            var before = GC.GetAllocatedBytesForCurrentThread();
            var started = Stopwatch.GetTimestamp();
            var taken = 0;
            for (var round = 0; round < each; round++)
            {
                foreach (ref readonly var subject in subjects.AsSpan())
                {
                    taken +=
                        limiter.TryDecide(policy, subject) == RateLimitVerdict.Admitted ? 1 : 0;
                }
            }
            var elapsed = Stopwatch.GetElapsedTime(started);
            // Where some were not there it was not this path that was measured.
            if (taken > each * callers * 99 / 100)
            {
                times.Add(elapsed.TotalNanoseconds / taken);
                bytes += GC.GetAllocatedBytesForCurrentThread() - before;
                admitted += taken;
            }
        }
        return times.Count == 0
            ? ["from the shared budget, three windows", $"{callers:#,0}", "not measured", ""]
            :
            [
                "from the shared budget, three windows",
                $"{callers:#,0}",
                Spread.Of(times).Text("0"),
                $"{(double)bytes / admitted:0.00}",
            ];
    }

    private static RateLimitSubject Subject(int number) =>
        RateLimitSubject.Key(new Guid(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 1]), 2);
}
