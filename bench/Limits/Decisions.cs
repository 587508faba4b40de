using System.Diagnostics;
using Jobs.Bench.Report;
using Jobs.Database;
using Jobs.RateLimiting;
using Jobs.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Jobs.Bench.Limits;

/// <summary>A decision over three windows, among 10,000 callers, on one thread: time and allocation.</summary>
internal static class Decisions
{
    private const int Callers = 10_000;
    private const int Rounds = 300;
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
                await MeasureSharedAsync(node),
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
        var total = Callers * Rounds / 10;
        var times = new List<double>();
        long bytes = 0;
        for (var run = 0; run <= Runs; run++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var started = Stopwatch.GetTimestamp();
            for (var i = 0; i < total; i++)
            {
                limiter.TryDecide(policy, subjects[i % callers]);
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

    // Permits that the node holds; those that it runs out of it gets while others are used.
    private static async Task<string[]> MeasureSharedAsync(EngineHost node)
    {
        await LimitsBenchmark.SetAsync([node], "plenty", Plenty);
        var limiter = node.Get<RateLimiter>();
        var policy = node.Get<RateLimitRules>().Current.Policies["plenty"];
        var subject = Subject(1);
        var times = new List<double>();
        long bytes = 0;
        var admitted = 0;
        while (times.Count < Runs * 100)
        {
            var verdict = await limiter.DecideAsync(policy, subject, CancellationToken.None);
            if (verdict != RateLimitVerdict.Admitted)
            {
                continue;
            }
            var before = GC.GetAllocatedBytesForCurrentThread();
            var started = Stopwatch.GetTimestamp();
            var taken = 0;
            while (taken < 1_000 && limiter.TryDecide(policy, subject) == RateLimitVerdict.Admitted)
            {
                taken++;
            }
            if (taken == 1_000)
            {
                times.Add(Stopwatch.GetElapsedTime(started).TotalNanoseconds / taken);
                bytes += GC.GetAllocatedBytesForCurrentThread() - before;
                admitted += taken;
            }
        }
        return
        [
            "from the shared budget, three windows",
            "1",
            Spread.Of(times).Text("0"),
            $"{(double)bytes / admitted:0.00}",
        ];
    }

    private static RateLimitSubject Subject(int number) =>
        RateLimitSubject.Key(new Guid(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 1]), 2);
}
