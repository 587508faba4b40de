using System.Diagnostics;
using System.Net;
using Jobs.Bench.Report;
using Jobs.RateLimiting;
using Jobs.Testing;

namespace Jobs.Bench.Limits;

/// <summary>All nodes are asked for one caller as quickly as they answer: what is admitted against the allowance, and statements.</summary>
internal static class SharedBudgetRun
{
    // Fast enough to be refused most of the time, and not so fast that nothing else has its turn.
    private const int AtOnce = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    private static readonly (int PerSecond, int Burst)[] Shapes =
    [
        (100, 1_000),
        (2_000, 4_000),
        (10_000, 20_000),
    ];

    public static async Task RunAsync(IReadOnlyList<EngineHost> nodes, int seconds)
    {
        Console.WriteLine(
            $"\none caller, {nodes.Count} nodes each asked for {AtOnce} permits a millisecond for {seconds} s, the database up\n"
        );
        var rows = new List<IReadOnlyList<string>>();
        foreach (var (perSecond, burst) in Shapes)
        {
            rows.Add(await MeasureAsync(nodes, seconds, perSecond, burst));
        }
        Markdown.Table(
            [
                "limit a second",
                "burst",
                "allowance",
                "admitted",
                "of it",
                "statements for 100 admissions",
                "counted locally",
            ],
            rows
        );
    }

    private static async Task<IReadOnlyList<string>> MeasureAsync(
        IReadOnlyList<EngineHost> nodes,
        int seconds,
        int perSecond,
        int burst
    )
    {
        var name = $"hot-{perSecond}";
        await LimitsBenchmark.SetAsync(
            nodes,
            name,
            RateLimitSettings.Default with
            {
                Permits = perSecond * 60,
                Burst = burst,
            }
        );
        var subject = RateLimitSubject.Address(IPAddress.Parse("192.0.2.1"));
        var before = nodes.Sum(n => n.Get<RateLimiter>().Statements);
        var started = Stopwatch.GetTimestamp();
        var end = started + (seconds * Stopwatch.Frequency);
        var local = 0;
        var admitted = await Task.WhenAll(
            nodes.Select(node =>
                Task.Run(async () =>
                {
                    var limiter = node.Get<RateLimiter>();
                    var policy = node.Get<RateLimitRules>().Current.Policies[name];
                    var mine = 0;
                    var asked = 0;
                    while (Stopwatch.GetTimestamp() < end)
                    {
                        var verdict = await limiter.DecideAsync(
                            policy,
                            subject,
                            CancellationToken.None
                        );
                        if (verdict == RateLimitVerdict.Admitted)
                        {
                            mine++;
                            if (limiter.IsLocal)
                            {
                                Interlocked.Increment(ref local);
                            }
                        }
                        if (++asked % AtOnce == 0)
                        {
                            await Task.Delay(Pause, TimeProvider.System);
                        }
                    }
                    return mine;
                })
            )
        );
        var elapsed = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var statements = nodes.Sum(n => n.Get<RateLimiter>().Statements) - before;
        var allowance = burst + (perSecond * elapsed);
        return
        [
            $"{perSecond:#,0}",
            $"{burst:#,0}",
            $"{allowance:#,0}",
            $"{admitted.Sum():#,0}",
            $"{admitted.Sum() / allowance:0.000}",
            $"{statements * 100.0 / admitted.Sum():0.00}",
            $"{local:#,0}",
        ];
    }
}
