using Jobs.Bench.Engine;
using Jobs.Bench.Report;
using Jobs.RateLimiting;
using Jobs.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Jobs.Bench.Limits;

/// <summary>
/// What a rate limit costs and what it keeps: a decision, a budget that several nodes share, a change of a policy on
/// all of them, and requests while the database hangs.
/// </summary>
internal static class LimitsBenchmark
{
    private static readonly EngineHostOptions Limiting = new()
    {
        Services = services => services.AddRateLimiting(),
    };

    public static async Task<int> RunAsync(string[] args)
    {
        var seconds = Arguments.Number(args, 0, 5);
        var count = Arguments.Number(args, 1, 4);
        var only = Arguments.Option(args, "--only");
        await using var database = await BenchDatabase.CreateAsync();
        var nodes = new List<EngineHost>();
        for (var node = 0; node < count; node++)
        {
            nodes.Add(
                await EngineHost.StartIdleAsync(
                    database.ConnectionString,
                    Limiting,
                    CancellationToken.None
                )
            );
        }
        await UntilAsync(() =>
            nodes.TrueForAll(n =>
                n.Get<RateLimitRules>().Current.Nodes == count && !n.Get<RateLimiter>().IsLocal
            )
        );
        if (Runs("decisions"))
        {
            await Decisions.RunAsync(nodes[0]);
        }
        if (Runs("budget"))
        {
            await SharedBudgetRun.RunAsync(nodes, seconds);
        }
        if (Runs("window"))
        {
            RollingWindow.Run();
        }
        if (Runs("changes"))
        {
            await PolicyChanges.RunAsync(nodes);
        }
        foreach (var node in nodes)
        {
            await node.DisposeAsync();
        }
        return Runs("outage") ? await Outage.RunAsync(database.ConnectionString) : 0;

        bool Runs(string part) => only is null || only == part;
    }

    public static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
    }

    /// <summary>Sets a policy, and waits until it is known to all.</summary>
    public static async Task SetAsync(
        IReadOnlyList<EngineHost> nodes,
        string policy,
        RateLimitSettings settings
    )
    {
        await nodes[0]
            .Get<RateLimitStore>()
            .SaveAsync(policy, null, null, settings, "bench", CancellationToken.None);
        await UntilAsync(() =>
            nodes.All(n =>
                n.Get<RateLimitRules>().Current.Policies.TryGetValue(policy, out var known)
                && known.Settings.Permits == settings.Permits
            )
        );
    }
}
