using System.Diagnostics;
using Jobs.Testing.Chaos;

namespace Jobs.Bench.Cache;

/// <summary>What the cache costs while the database hangs, and how soon all is well when it goes on.</summary>
internal static class HungDatabase
{
    private const int Requests = 20;
    private const int Checks = 1_000_000;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    public static async Task<bool> MeasureAsync(
        string connectionString,
        List<IReadOnlyList<string>> rows
    )
    {
        await using var proxy = TcpProxy.Start(connectionString);
        await using var process = await CacheProcess.StartAsync(proxy.ConnectionString);
        await using var other = await CacheProcess.StartAsync(connectionString);
        await process.Scope.SetAsync("warm up", "value");
        await process.Scope.RemoveAsync("warm up");
        await process.UntilSharedAsync();
        await other.Scope.SetAsync("stale", "old");
        await AskAsync(process, "stale");
        proxy.Stall();
        var longest = 0.0;
        for (var i = 0; i < Requests; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await AskAsync(process, $"hung:{i}");
            longest = Math.Max(longest, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        while (process.Store.IsShared)
        {
            await Task.Delay(Look, TimeProvider.System);
        }
        var begun = Stopwatch.GetTimestamp();
        for (var i = 0; i < Checks; i++)
        {
            _ = process.Store.IsShared;
        }
        var check = Stopwatch.GetElapsedTime(begun).TotalMicroseconds / Checks;
        await other.Scope.RemoveAsync("stale");
        proxy.Resume();
        var resumed = Stopwatch.GetTimestamp();
        while (await process.Scope.FindAsync<string>("stale") is not null)
        {
            await Task.Yield();
        }
        var stale = Stopwatch.GetElapsedTime(resumed).TotalSeconds;
        await process.UntilSharedAsync();
        var recovery = Stopwatch.GetElapsedTime(resumed).TotalSeconds;
        rows.Add([
            $"longest of {Requests} cold requests while the database hangs, ms",
            $"{longest:0.0}",
            "< 50",
        ]);
        rows.Add([
            "what a request asks the breaker while it is open, µs",
            $"{check:0.0000}",
            "≤ 1",
        ]);
        rows.Add(["the database is asked again after, s", $"{recovery:0.00}", "≤ 2"]);
        rows.Add(["stale for after the reconnect, s", $"{stale:0.00}", "≤ 1"]);
        return longest < 50 && check <= 1 && recovery <= 2 && stale <= 1;
    }

    internal static async Task AskAsync(CacheProcess process, string name) =>
        await process.Scope.AnswerAsync(
            name,
            "computed",
            static (value, _) => ValueTask.FromResult(value)
        );
}
