using System.Net;
using Jobs.Caching;
using Jobs.Database;
using Jobs.RateLimiting;
using Jobs.Testing;
using Jobs.Testing.Chaos;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Caching;

/// <summary>
/// A request that meets the rate limits and the cache while the database hangs waits for one of them, not for both.
/// </summary>
public sealed class OnePatienceTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_has_waited_for_the_limits_in_vain_does_not_ask_the_cache_s_database()
    {
        await using var proxy = TcpProxy.Start(database.ConnectionString);
        await using var node = await StartAsync(proxy);
        proxy.Stall();

        (await DecideAsync(node)).ShouldBe(RateLimitVerdict.Admitted);
        var answer = await node.AskAsync("after the limits", "computed", Stop);

        answer.ShouldBe(("computed", CacheStatus.Miss));
        // It was neither asked nor found to be away.
        node.Store.Summary().SharedFailures.ShouldBe(0);
        node.Store.IsShared.ShouldBeTrue();
    }

    [Fact]
    public async Task Who_waits_for_the_cache_is_woken_when_another_has_waited_in_vain()
    {
        await using var proxy = TcpProxy.Start(database.ConnectionString);
        await using var node = await StartAsync(proxy);
        proxy.Stall();

        var waiting = node.AskAsync("waits", "computed", Stop);
        waiting.IsCompleted.ShouldBeFalse();
        await DecideAsync(node);

        (await waiting).ShouldBe(("computed", CacheStatus.Miss));
        // Not because its own statement had failed.
        node.Store.Summary().SharedFailures.ShouldBe(0);
    }

    [Fact]
    public async Task The_cache_is_asked_again_when_the_database_answers()
    {
        await using var proxy = TcpProxy.Start(database.ConnectionString);
        await using var node = await StartAsync(proxy);
        await node.Scope.SetAsync("shared", "value", cancellationToken: Stop);
        proxy.Stall();
        await DecideAsync(node);
        proxy.Resume();

        var started = TimeProvider.System.GetTimestamp();
        while (node.Get<DatabaseDoubt>().IsRaised)
        {
            TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(EngineHost.Patience);
            await Task.Delay(LookInterval, TimeProvider.System, Stop);
        }
        var read = await node.Scope.AnswerAsync(
            "shared",
            "computed",
            static (value, _) => ValueTask.FromResult(value),
            new CacheEntryOptions
            {
                Flags = Microsoft
                    .Extensions
                    .Caching
                    .Hybrid
                    .HybridCacheEntryFlags
                    .DisableLocalCacheRead,
            },
            cancellationToken: Stop
        );
        (read.Value, read.Status).ShouldBe(("value", CacheStatus.Hit));
    }

    [Theory]
    [InlineData(0, 40)]
    [InlineData(15, 25)]
    [InlineData(39, 5)]
    [InlineData(60, 5)]
    public void What_was_waited_for_the_limits_is_taken_off(int waited, int left)
    {
        RequestWait.SoFar = TimeSpan.FromMilliseconds(waited);

        RequestWait.Left(TimeSpan.FromMilliseconds(40)).ShouldBe(TimeSpan.FromMilliseconds(left));
    }

    // A request waits for the limits much shorter than for the cache, and for neither as long as a statement may take.
    private static async Task<CacheNode> StartAsync(TcpProxy proxy)
    {
        var node = await CacheNode.StartAsync(
            proxy.ConnectionString,
            Stop,
            services: all =>
                all.AddRateLimiting()
                    .Configure<RateLimitOptions>(o => o.Patience = TimeSpan.FromMilliseconds(100))
        );
        var started = TimeProvider.System.GetTimestamp();
        while (node.Get<RateLimiter>().IsLocal)
        {
            TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(EngineHost.Patience);
            await Task.Delay(LookInterval, TimeProvider.System, Stop);
        }
        return node;
    }

    private static ValueTask<RateLimitVerdict> DecideAsync(CacheNode node) =>
        node.Get<RateLimiter>()
            .DecideAsync(
                node.Get<RateLimitRules>().Current.Policies[RateLimitPolicies.Api],
                RateLimitSubject.Address(IPAddress.Loopback),
                Stop
            );
}
