using Jobs.Caching;
using Jobs.Testing;
using Microsoft.Extensions.Caching.Hybrid;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Caching;

/// <summary>What of a scope is removed, and what is never kept.</summary>
public sealed class RemovedAndUnkeptTests(TestDatabase database)
    : IClassFixture<TestDatabase>,
        IAsyncLifetime
{
    private CacheNode node = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private CacheScope Scope => node.Scope;

    public async ValueTask InitializeAsync() =>
        node = await CacheNode.StartAsync(database.ConnectionString, Stop);

    public ValueTask DisposeAsync() => node.DisposeAsync();

    [Fact]
    public async Task A_tag_removes_what_carries_it_in_all_namespaces_of_its_tenant_alone()
    {
        var metrics = node.Store.Scope(CacheNamespaces.Metrics, CacheNode.Tenant);
        var other = node.Store.Scope(CacheNamespaces.Content, CacheNode.OtherTenant);
        await Scope.SetAsync("tagged", 1, tags: ["red", "blue"], cancellationToken: Stop);
        await Scope.SetAsync("untagged", 1, tags: ["blue"], cancellationToken: Stop);
        await metrics.SetAsync("tagged", 1, tags: ["red"], cancellationToken: Stop);
        await other.SetAsync("tagged", 1, tags: ["red"], cancellationToken: Stop);

        await Scope.RemoveByTagAsync("red", Stop);

        (await Scope.FindAsync<int>("tagged", Stop)).ShouldBeNull();
        (await metrics.FindAsync<int>("tagged", Stop)).ShouldBeNull();
        (await Scope.FindAsync<int>("untagged", Stop)).ShouldNotBeNull();
        (await other.FindAsync<int>("tagged", Stop)).ShouldNotBeNull();

        await node.Store.RemoveByTagOfAllAsync(["red"], Stop);
        (await other.FindAsync<int>("tagged", Stop)).ShouldBeNull();
        // What is written afterwards carries it again.
        await Scope.SetAsync("tagged", 2, tags: ["red"], cancellationToken: Stop);
        (await Scope.FindAsync<int>("tagged", Stop))!.Value.Value.ShouldBe(2);
    }

    [Fact]
    public async Task A_prefix_removes_the_names_that_begin_with_it()
    {
        foreach (var name in (string[])["user:1", "user:2", "used"])
        {
            await Scope.SetAsync(name, 1, cancellationToken: Stop);
        }
        await Scope.RemoveByPrefixAsync("user:", Stop);

        (await Scope.FindAsync<int>("user:1", Stop)).ShouldBeNull();
        (await Scope.FindAsync<int>("user:2", Stop)).ShouldBeNull();
        (await Scope.FindAsync<int>("used", Stop)).ShouldNotBeNull();
        await Should.ThrowAsync<ArgumentException>(async () =>
            await Scope.RemoveByPrefixAsync("a\0", Stop)
        );
    }

    [Fact]
    public async Task A_value_that_is_too_large_is_answered_and_not_kept()
    {
        var large = new string('x', (1024 * 1024) + 1);
        (await node.AskAsync("large", large, Stop)).ShouldBe((large, CacheStatus.Miss));
        (await node.AskAsync("large", large, Stop)).Status.ShouldBe(CacheStatus.Miss);
        await Scope.SetAsync("large", "small", cancellationToken: Stop);
        await Scope.SetAsync("large", large, cancellationToken: Stop);
        (await Scope.FindAsync<string>("large", Stop)).ShouldBeNull();
    }

    [Fact]
    public async Task Nothing_is_kept_that_the_caller_does_not_want_kept()
    {
        var options = new CacheEntryOptions { Keep = value => value is not "bad" };
        for (var i = 0; i < 2; i++)
        {
            (
                await Scope.AnswerAsync(
                    "kept",
                    "bad",
                    static (v, _) => ValueTask.FromResult(v),
                    options,
                    cancellationToken: Stop
                )
            ).Status.ShouldBe(CacheStatus.Miss);
        }
    }

    [Fact]
    public async Task Flags_leave_out_what_they_name()
    {
        var noSource = new HybridCacheEntryOptions
        {
            Flags = HybridCacheEntryFlags.DisableUnderlyingData,
        };
        (
            await Scope.GetOrCreateAsync(
                "flags",
                _ => ValueTask.FromResult(1),
                noSource,
                cancellationToken: Stop
            )
        ).ShouldBe(0);
        var localOnly = new HybridCacheEntryOptions
        {
            Flags = HybridCacheEntryFlags.DisableDistributedCache,
        };
        await Scope.GetOrCreateAsync(
            "flags",
            _ => ValueTask.FromResult(1),
            localOnly,
            cancellationToken: Stop
        );
        (
            await database.ScalarAsync<long>(
                "select count(*) from jobs.cache_entries where key = 'content:flags'",
                Stop
            )
        ).ShouldBe(0);
        (await Scope.FindAsync<int>("flags", Stop))!.Value.Value.ShouldBe(1);
    }
}
