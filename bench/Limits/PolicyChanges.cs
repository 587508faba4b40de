using System.Diagnostics;
using Jobs.RateLimiting;
using Jobs.Testing;

namespace Jobs.Bench.Limits;

/// <summary>From the call that sets a policy on one node until all nodes hold to it.</summary>
internal static class PolicyChanges
{
    private const int Changes = 50;

    public static async Task RunAsync(IReadOnlyList<EngineHost> nodes)
    {
        var times = new List<double>();
        for (var change = 1; change <= Changes; change++)
        {
            var started = Stopwatch.GetTimestamp();
            await LimitsBenchmark.SetAsync(
                nodes,
                "changing",
                RateLimitSettings.Default with
                {
                    Permits = change,
                }
            );
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        times.Sort();
        Console.WriteLine(
            FormattableString.Invariant(
                $"\na change of a policy on {nodes.Count} nodes, {Changes} times: p50 {times[Changes / 2]:0.0} ms, most {times[^1]:0.0} ms"
            )
        );
    }
}
