using System.Collections.Concurrent;
using System.Diagnostics;

namespace Jobs.Bench.Load;

/// <summary>
/// Sends the requests of a scenario when they are due. Their times count from then, not from when there was a hand free
/// to send them: otherwise a service that hangs would have no slow requests but the first (Gil Tene's "coordinated omission").
/// </summary>
internal sealed class OpenLoop(Traffic traffic, Scenario scenario)
{
    // More than that wait at once only where the service has fallen behind for good.
    private const int MostWaiting = 2000;

    public async Task<LoadResult> RunAsync()
    {
        var answers = new ConcurrentBag<(Operation Operation, double Milliseconds, bool Good)>();
        var random = new Random(7);
        var running = new ConcurrentDictionary<int, Task>();
        var waiting = 0;
        var refused = 0;
        var number = 0;
        var started = Stopwatch.GetTimestamp();
        foreach (var at in scenario.Arrivals())
        {
            var early = at - Stopwatch.GetElapsedTime(started).TotalSeconds;
            if (early > 0.001)
            {
                await Task.Delay(TimeSpan.FromSeconds(early), TimeProvider.System);
            }
            if (Volatile.Read(ref waiting) >= MostWaiting)
            {
                refused++;
                continue;
            }
            Interlocked.Increment(ref waiting);
            var (n, operation, own) = (number++, Traffic.Choose(random), new Random(random.Next()));
            running[n] = Task.Run(async () =>
            {
                var good = false;
                try
                {
                    good = await traffic.SendAsync(operation, own);
                }
                catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
                {
                    // It counts as an error.
                }
                var took = Stopwatch.GetElapsedTime(started).TotalSeconds - at;
                answers.Add((operation, took * 1000, good));
                Interlocked.Decrement(ref waiting);
                running.TryRemove(n, out _);
            });
        }
        await Task.WhenAll(running.Values);
        return new(
            Stopwatch.GetElapsedTime(started),
            refused,
            answers
                .GroupBy(a => a.Operation)
                .OrderBy(g => g.Key)
                .ToDictionary(
                    g => g.Key,
                    g => Latencies.Of(g.Select(a => (a.Milliseconds, a.Good)))
                )
        );
    }
}

/// <summary>What came of a scenario.</summary>
/// <param name="Refused">Requests that were not sent because too many waited.</param>
internal sealed record LoadResult(
    TimeSpan Elapsed,
    int Refused,
    IReadOnlyDictionary<Operation, Latencies> Operations
)
{
    public int Requests => Operations.Values.Sum(o => o.Count);

    public int Errors => Refused + Operations.Values.Sum(o => o.Errors);
}

/// <summary>In milliseconds, from when the request was due until it was answered.</summary>
internal sealed record Latencies(int Count, int Errors, double P50, double P95, double P99)
{
    public static Latencies Of(IEnumerable<(double Milliseconds, bool Good)> answers)
    {
        var list = answers.ToList();
        var times = list.Where(a => a.Good).Select(a => a.Milliseconds).Order().ToList();
        double At(double share) =>
            times.Count == 0 ? double.NaN : times[(int)((times.Count - 1) * share)];
        return new(list.Count, list.Count - times.Count, At(0.5), At(0.95), At(0.99));
    }
}
