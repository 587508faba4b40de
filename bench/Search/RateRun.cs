using System.Diagnostics;
using System.Globalization;
using Jobs.Bench.Submit;

namespace Jobs.Bench.Search;

/// <summary>
/// Kept answers at a fixed rate: connections of which each asks when its turn is, one after the other at even distances,
/// without waiting for the answers of others.
/// </summary>
internal static class RateRun
{
    private const int Connections = 20;

    /// <summary>What callers saw, what the service itself says it took, and how many there were a second.</summary>
    public static async Task<(Times Times, Times Inside, double Achieved)> RunAsync(
        SearchHost host,
        IReadOnlyList<string> queries,
        int perSecond,
        TimeSpan duration
    )
    {
        var period = TimeSpan.FromSeconds(Connections / (double)perSecond);
        var clients = Enumerable
            .Range(0, Connections)
            .Select(n => KeepAliveClient.Get(SearchHost.PathOf(queries[n]), SearchHost.Key))
            .ToList();
        foreach (var client in clients)
        {
            await client.ConnectAsync(host.Port);
            await client.SendAsync();
        }
        var began = Stopwatch.GetTimestamp();
        var all = await Task.WhenAll(
            clients.Select(
                (client, n) => Task.Run(() => LoadAsync(client, period * n / Connections))
            )
        );
        var achieved = all.Sum(a => a.Count) / Stopwatch.GetElapsedTime(began).TotalSeconds;
        clients.ForEach(c => c.Dispose());
        return (
            Times.Of(all.SelectMany(a => a.Select(t => t.Took))),
            Times.Of(all.SelectMany(a => a.Select(t => t.Inside))),
            achieved
        );

        async Task<List<(double Took, double Inside)>> LoadAsync(
            KeepAliveClient client,
            TimeSpan offset
        )
        {
            var times = new List<(double, double)>();
            await Task.Delay(offset, TimeProvider.System);
            using var turn = new PeriodicTimer(period, TimeProvider.System);
            var end = began + (long)(duration.TotalSeconds * Stopwatch.Frequency);
            while (Stopwatch.GetTimestamp() < end && await turn.WaitForNextTickAsync())
            {
                var asked = Stopwatch.GetTimestamp();
                await client.SendAsync();
                var took = Stopwatch.GetElapsedTime(asked).TotalMilliseconds;
                if (client.Header("X-Cache") != "HIT")
                {
                    throw new InvalidOperationException("It was not kept.");
                }
                times.Add(
                    (
                        took,
                        double.Parse(client.Header("X-Process-Time")!, CultureInfo.InvariantCulture)
                    )
                );
            }
            return times;
        }
    }
}
