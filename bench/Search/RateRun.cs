using System.Diagnostics;
using System.Globalization;
using Jobs.Bench.Submit;

namespace Jobs.Bench.Search;

/// <summary>
/// Kept answers at a fixed rate: connections of which each asks when its turn is, one after the other at even distances,
/// without waiting for the answers of others. Each has a thread of its own that blocks: a pool of threads and timers
/// would add its own queues to what is measured, on processors that the service has to share with it.
/// </summary>
internal static class RateRun
{
    private const int Connections = 20;

    /// <summary>What callers saw of an endpoint that does nothing: what the way there and back takes.</summary>
    public static async Task<Times> NothingAsync(SearchHost host, int perSecond, TimeSpan duration)
    {
        var paths = Enumerable.Repeat("/health/live", Connections).ToList();
        return (await RunAsync(host, paths, perSecond, duration, kept: false)).Times;
    }

    /// <summary>What callers saw, what the service itself says it took, and how many there were a second.</summary>
    public static Task<(Times Times, Times Inside, double Achieved)> KeptAsync(
        SearchHost host,
        IReadOnlyList<string> queries,
        int perSecond,
        TimeSpan duration
    ) => RunAsync(host, [.. queries.Select(SearchHost.PathOf)], perSecond, duration, kept: true);

    private static async Task<(Times Times, Times Inside, double Achieved)> RunAsync(
        SearchHost host,
        IReadOnlyList<string> paths,
        int perSecond,
        TimeSpan duration,
        bool kept
    )
    {
        var period = TimeSpan.FromSeconds(Connections / (double)perSecond);
        var clients = Enumerable
            .Range(0, Connections)
            .Select(n => KeepAliveClient.Get(paths[n], SearchHost.Key))
            .ToList();
        foreach (var client in clients)
        {
            await client.ConnectAsync(host.Port);
            await client.SendAsync();
        }
        var began = Stopwatch.GetTimestamp();
        var all = await Task.WhenAll(
            clients.Select(
                (client, n) =>
                    Task.Factory.StartNew(
                        () => Load(client, period * n / Connections),
                        CancellationToken.None,
                        TaskCreationOptions.LongRunning,
                        TaskScheduler.Default
                    )
            )
        );
        var achieved = all.Sum(a => a.Count) / Stopwatch.GetElapsedTime(began).TotalSeconds;
        clients.ForEach(c => c.Dispose());
        return (
            Times.Of(all.SelectMany(a => a.Select(t => t.Took))),
            Times.Of(all.SelectMany(a => a.Select(t => t.Inside))),
            achieved
        );

        List<(double Took, double Inside)> Load(KeepAliveClient client, TimeSpan offset)
        {
            var times = new List<(double, double)>();
            using var never = new ManualResetEventSlim();
            var end = began + Units(duration);
            for (var turn = began + Units(offset); turn < end; turn += Units(period))
            {
                var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), turn);
                if (left > TimeSpan.Zero)
                {
                    never.Wait(left);
                }
                // One that is late because the answer before it was is counted from its turn on; the lateness of the
                // generator's own timer is not the service's.
                var asked = left > TimeSpan.Zero ? Stopwatch.GetTimestamp() : turn;
                client.Send();
                var took = Stopwatch.GetElapsedTime(asked).TotalMilliseconds;
                if (kept && client.Header("X-Cache") != "HIT")
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

    private static long Units(TimeSpan span) => (long)(span.TotalSeconds * Stopwatch.Frequency);
}
