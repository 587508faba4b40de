using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Jobs.Caching;
using Jobs.Caching.Shared;

namespace Jobs.Bench.Cache;

/// <summary>
/// What it costs that others are told of a write: values that are set, which are logged and told, beside the same values
/// written as fills, which are not. Both are the same records through the same prepared statement, of the same shared
/// tier with another process that hears, in short turns one after the other whose order changes; what counts is the
/// ratio of the two in each pair of turns.
/// </summary>
internal static class WriteCost
{
    private const int Pairs = 11;
    private const int Keys = 10_000;
    private const int Callers = 32;
    private const double Most = 0.25;
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);

    public static async Task<bool> MeasureAsync(
        string connectionString,
        List<IReadOnlyList<string>> rows
    )
    {
        await using var one = await CacheProcess.StartAsync(
            connectionString,
            ClusterBenchmark.Patiently
        );
        await using var two = await CacheProcess.StartAsync(
            connectionString,
            ClusterBenchmark.Patiently
        );
        var tier = one.Get<SharedTier>();
        var clock = one.Get<DatabaseTime>();
        var told = Writes(one.Scope, "told");
        var untold = Writes(one.Scope, "untold");
        Task Tell(int i) => tier.SetAsync(told[i % Keys], CancellationToken.None).AsTask();
        Task Fill(int i) => tier.FillAsync(untold[i % Keys] with { Token = clock.Now });
        // Each key is there, and each path compiled.
        await RateAsync(Tell, 2 * Turn);
        await RateAsync(Fill, 2 * Turn);
        var rates = new List<(double Told, double Untold)>();
        for (var pair = 0; pair < Pairs; pair++)
        {
            var first = await RateAsync(pair % 2 == 0 ? Tell : Fill, Turn);
            var second = await RateAsync(pair % 2 == 0 ? Fill : Tell, Turn);
            rates.Add(pair % 2 == 0 ? (first, second) : (second, first));
        }
        var costs = rates.ConvertAll(r => 1 - (r.Told / r.Untold));
        var cost = MemoryBenchmark.Median(costs);
        rows.Add([
            "writes/s that others are told of, and not",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{MemoryBenchmark.Median(rates.ConvertAll(r => r.Told)):#,0} / {MemoryBenchmark.Median(rates.ConvertAll(r => r.Untold)):#,0} ({cost * 100:0} % less; {costs.Min() * 100:0} to {costs.Max() * 100:0} in {Pairs} pairs)"
            ),
            "≤ 25 % less",
        ]);
        return cost <= Most;
    }

    private static List<SharedWrite> Writes(CacheScope scope, string prefix)
    {
        var value = JsonSerializer.SerializeToUtf8Bytes(SharedBenchmark.Value());
        return
        [
            .. Enumerable
                .Range(0, Keys)
                .Select(i => new SharedWrite(
                    scope.KeyOf($"{prefix}:{SharedBenchmark.Name(i)}"),
                    value,
                    IsJson: true,
                    [],
                    Token: null,
                    TimeSpan.FromMinutes(15),
                    TimeSpan.FromMinutes(16),
                    TimeSpan.FromHours(1)
                )),
        ];
    }

    private static async Task<double> RateAsync(Func<int, Task> write, TimeSpan time)
    {
        var done = 0;
        var next = 0;
        var started = Stopwatch.GetTimestamp();
        async Task CallAsync()
        {
            while (Stopwatch.GetElapsedTime(started) < time)
            {
                await write(Interlocked.Increment(ref next));
                Interlocked.Increment(ref done);
            }
        }
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(CallAsync)));
        return done / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
