using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Jobs.RateLimiting;
using Jobs.Testing;
using Jobs.Testing.Chaos;
using Microsoft.Extensions.DependencyInjection;

namespace Jobs.Bench.Limits;

/// <summary>Requests of many callers while the way to the database stands still: how long the slowest decision takes.</summary>
internal static class Outage
{
    private const int Callers = 20_000;
    private const int AtOnce = 32;
    private const double Promised = 50;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    /// <summary>1 where one waited for longer than is promised.</summary>
    public static async Task<int> RunAsync(string connectionString)
    {
        await using var network = TcpProxy.Start(connectionString);
        await using var node = await EngineHost.StartIdleAsync(
            network.ConnectionString,
            new() { Services = services => services.AddRateLimiting() },
            CancellationToken.None
        );
        var limiter = node.Get<RateLimiter>();
        await LimitsBenchmark.UntilAsync(() => !limiter.IsLocal);
        var policy = node.Get<RateLimitRules>().Current.Policies[RateLimitPolicies.Api];
        var times = new ConcurrentBag<double>();
        network.Stall();
        await Parallel.ForAsync(
            0,
            Callers,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (number, cancellationToken) =>
            {
                var subject = RateLimitSubject.Address(new IPAddress(number));
                var started = Stopwatch.GetTimestamp();
                await limiter.DecideAsync(policy, subject, cancellationToken);
                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                // Others have their turn, as between requests.
                await Task.Delay(Pause, TimeProvider.System, cancellationToken);
            }
        );
        network.Resume();
        var sorted = times.Order().ToList();
        Console.WriteLine(
            FormattableString.Invariant(
                $"\n{Callers} decisions while the database hangs, {AtOnce} at once: p50 {sorted[Callers / 2]:0.000} ms, p99 {sorted[Callers * 99 / 100]:0.0} ms, most {sorted[^1]:0.0} ms"
            )
        );
        return sorted[^1] < Promised ? 0 : 1;
    }
}
