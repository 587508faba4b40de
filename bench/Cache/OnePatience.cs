using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Jobs.Database;
using Jobs.RateLimiting;
using Jobs.Testing.Chaos;
using Microsoft.Extensions.DependencyInjection;

namespace Jobs.Bench.Cache;

/// <summary>
/// Requests that need the rate limits and the cache just when the database begins to hang, as the middleware and the
/// endpoint of a request do: how long the slowest waits for both.
/// </summary>
internal static class OnePatience
{
    private const int Outages = 10;
    private const int AtOnce = 16;
    private const int Requests = 20;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    public static async Task<bool> MeasureAsync(
        string connectionString,
        List<IReadOnlyList<string>> rows
    )
    {
        await using var proxy = TcpProxy.Start(connectionString);
        await using var process = await CacheProcess.StartAsync(
            proxy.ConnectionString,
            services: all => all.AddRateLimiting()
        );
        var limiter = process.Get<RateLimiter>();
        var times = new ConcurrentBag<double>();
        for (var outage = 0; outage < Outages; outage++)
        {
            while (limiter.IsLocal || !process.Store.IsShared)
            {
                await Task.Delay(Look, TimeProvider.System);
            }
            proxy.Stall();
            var first = outage * AtOnce * Requests;
            await Parallel.ForAsync(
                first,
                first + (AtOnce * Requests),
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
                async (number, ct) =>
                {
                    var started = Stopwatch.GetTimestamp();
                    await RequestAsync(process, limiter, number, ct);
                    times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                    await Task.Delay(Look, TimeProvider.System, ct);
                }
            );
            proxy.Resume();
        }
        var longest = times.Max();
        rows.Add([
            $"longest of {times.Count:#,0} requests that need limits and cache when the database begins to hang, {Outages} times, ms",
            $"{longest:0.0}",
            "< 50",
        ]);
        return longest < 50;
    }

    private static async Task RequestAsync(
        CacheProcess process,
        RateLimiter limiter,
        int number,
        CancellationToken ct
    )
    {
        var started = Stopwatch.GetTimestamp();
        await limiter.DecideAsync(
            process.Get<RateLimitRules>().Current.Policies[RateLimitPolicies.Api],
            RateLimitSubject.Address(new IPAddress(number + 1)),
            ct
        );
        RequestWait.SoFar = Stopwatch.GetElapsedTime(started);
        await HungDatabase.AskAsync(process, $"cold:{number}");
    }
}
