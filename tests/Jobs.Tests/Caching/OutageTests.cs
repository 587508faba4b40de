using System.Diagnostics;
using Jobs.Caching;
using Jobs.Testing;
using Jobs.Testing.Chaos;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Caching;

/// <summary>The database hangs, breaks or comes back under a cache.</summary>
public sealed class OutageTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_cached_goes_on_to_be_answered_and_what_is_not_is_computed()
    {
        await using var proxy = TcpProxy.Start(database.ConnectionString);
        await using var node = await CacheNode.StartAsync(
            proxy.ConnectionString,
            Stop,
            o => o.Patience = TimeSpan.FromMilliseconds(50)
        );
        await node.Scope.SetAsync("cached", "value", cancellationToken: Stop);
        proxy.Stall();

        (await node.AskAsync("cached", "wrong", Stop)).ShouldBe(("value", CacheStatus.Hit));
        for (var i = 0; i < 5; i++)
        {
            (await node.AskAsync($"new {i}", "computed", Stop)).ShouldBe(
                ("computed", CacheStatus.Miss)
            );
            (await node.AskAsync($"new {i}", "wrong", Stop)).ShouldBe(
                ("computed", CacheStatus.Hit)
            );
        }
        await node.Log.WaitForAsync("The shared cache is away", Stop);
        node.Store.IsShared.ShouldBeFalse();
        await node.Scope.SetAsync("set", "value", cancellationToken: Stop);
        (await node.AskAsync("set", "wrong", Stop)).Value.ShouldBe("value");

        proxy.Resume();
        await BackAsync(node);
    }

    [Fact]
    public async Task What_could_not_be_removed_is_removed_before_the_database_is_asked_again()
    {
        await using var proxy = TcpProxy.Start(database.ConnectionString);
        await using var cut = await CacheNode.StartAsync(
            proxy.ConnectionString,
            Stop,
            o => o.Patience = TimeSpan.FromMilliseconds(100)
        );
        await using var other = await CacheNode.StartAsync(database.ConnectionString, Stop);
        foreach (var name in (string[])["key", "tag", "prefix", "set"])
        {
            await other.Scope.SetAsync($"{name} 1", "old", tags: [name], cancellationToken: Stop);
            await other.AskAsync($"{name} 1", "wrong", Stop);
        }
        proxy.Stall();
        await cut.Scope.RemoveAsync("key 1", Stop);
        await cut.Scope.RemoveByTagAsync("tag", Stop);
        await cut.Scope.RemoveByPrefixAsync("prefix", Stop);
        await cut.Scope.SetAsync("set 1", "new", cancellationToken: Stop);
        proxy.Resume();
        await BackAsync(cut);

        foreach (var name in (string[])["key", "tag", "prefix", "set"])
        {
            (await cut.Scope.FindAsync<string>($"{name} 1", Stop))?.Value.ShouldBe("new", name);
            var started = Stopwatch.GetTimestamp();
            while ((await other.Scope.FindAsync<string>($"{name} 1", Stop))?.Value == "old")
            {
                Stopwatch.GetElapsedTime(started).ShouldBeLessThan(EngineHost.Patience, name);
                await Task.Delay(LookInterval, TimeProvider.System, Stop);
            }
        }
    }

    [Fact]
    public async Task Connections_that_are_reset_or_fall_silent_are_replaced()
    {
        await using var proxy = TcpProxy.Start(database.ConnectionString);
        await using var node = await CacheNode.StartAsync(
            proxy.ConnectionString,
            Stop,
            o =>
            {
                o.Patience = TimeSpan.FromMilliseconds(100);
                o.PollInterval = TimeSpan.FromMilliseconds(100);
            }
        );
        await using var other = await CacheNode.StartAsync(database.ConnectionString, Stop);
        foreach (var cut in (Action[])[proxy.Reset, proxy.Silence])
        {
            await other.Scope.SetAsync("cut", "old", cancellationToken: Stop);
            var set = Stopwatch.GetTimestamp();
            while ((await node.Scope.FindAsync<string>("cut", Stop))?.Value != "old")
            {
                Stopwatch.GetElapsedTime(set).ShouldBeLessThan(EngineHost.Patience);
                await Task.Delay(LookInterval, TimeProvider.System, Stop);
            }
            cut();
            await other.Scope.SetAsync("cut", "new", cancellationToken: Stop);
            var started = Stopwatch.GetTimestamp();
            while ((await node.Scope.FindAsync<string>("cut", Stop))?.Value != "new")
            {
                Stopwatch.GetElapsedTime(started).ShouldBeLessThan(EngineHost.Patience);
                await Task.Delay(LookInterval, TimeProvider.System, Stop);
            }
        }
    }

    private static async Task BackAsync(CacheNode node)
    {
        var started = Stopwatch.GetTimestamp();
        while (!node.Store.IsShared)
        {
            Stopwatch.GetElapsedTime(started).ShouldBeLessThan(EngineHost.Patience);
            await Task.Delay(LookInterval, TimeProvider.System, Stop);
        }
    }
}
