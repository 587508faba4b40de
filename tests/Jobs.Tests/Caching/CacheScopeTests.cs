using Jobs.Caching;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Caching;

/// <summary>What a scope promises within one process.</summary>
public sealed class CacheScopeTests(TestDatabase database)
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
    public async Task A_value_is_computed_once_and_found_again()
    {
        (await node.AskAsync("once", "a", Stop)).ShouldBe(("a", CacheStatus.Miss));
        (await node.AskAsync("once", "b", Stop)).ShouldBe(("a", CacheStatus.Hit));
        (await Scope.FindAsync<string>("once", Stop))!.Value.Value.ShouldBe("a");
        (await Scope.FindAsync<string>("never", Stop)).ShouldBeNull();
    }

    [Fact]
    public async Task Two_hundred_threads_that_ask_for_one_cold_key_share_one_computation()
    {
        var computed = 0;
        using var start = new Barrier(200);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = new Task<string>[200];
        var threads = Enumerable
            .Range(0, 200)
            .Select(i => new Thread(() =>
            {
                start.SignalAndWait(Stop);
                asked[i] = Scope
                    .GetOrCreateAsync(
                        "cold",
                        async ct =>
                        {
                            Interlocked.Increment(ref computed);
                            await gate.Task.WaitAsync(ct);
                            return "value";
                        },
                        cancellationToken: Stop
                    )
                    .AsTask();
            }))
            .ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        gate.SetResult();

        (await Task.WhenAll(asked)).Distinct(StringComparer.Ordinal).ShouldBe(["value"]);
        computed.ShouldBe(1);
    }

    [Fact]
    public async Task What_can_be_changed_is_everyones_own_and_what_cannot_is_shared()
    {
        async Task<Changing> ChangingAsync() =>
            await Scope.GetOrCreateAsync(
                "changing",
                _ => ValueTask.FromResult(new Changing { Numbers = [1] }),
                cancellationToken: Stop
            );
        async Task<Shared> SharedAsync() =>
            await Scope.GetOrCreateAsync(
                "shared",
                _ => ValueTask.FromResult(new Shared(1, "one")),
                cancellationToken: Stop
            );

        (await ChangingAsync()).Numbers.Add(2);
        (await ChangingAsync()).Numbers.ShouldBe([1]);
        (await ChangingAsync()).ShouldNotBeSameAs(await ChangingAsync());
        (await SharedAsync()).ShouldBeSameAs(await SharedAsync());
    }

    [Fact]
    public async Task Null_is_a_value()
    {
        var computed = 0;
        for (var i = 0; i < 2; i++)
        {
            (
                await Scope.GetOrCreateAsync<string?>(
                    "null",
                    _ =>
                    {
                        computed++;
                        return ValueTask.FromResult<string?>(null);
                    },
                    cancellationToken: Stop
                )
            ).ShouldBeNull();
        }
        computed.ShouldBe(1);
    }

    [Fact]
    public async Task Tenants_users_and_namespaces_do_not_meet_under_one_name()
    {
        var scopes = new[]
        {
            Scope,
            node.Store.Scope(CacheNamespaces.Content, CacheNode.OtherTenant),
            node.Store.Scope(CacheNamespaces.Content, CacheNode.Tenant, "ada"),
            node.Store.Scope(CacheNamespaces.Content, CacheNode.Tenant, "bob"),
            node.Store.Scope(CacheNamespaces.Metrics, CacheNode.Tenant),
        };
        for (var i = 0; i < scopes.Length; i++)
        {
            await scopes[i].SetAsync("name", i, cancellationToken: Stop);
        }
        for (var i = 0; i < scopes.Length; i++)
        {
            (await scopes[i].FindAsync<int>("name", Stop))!.Value.Value.ShouldBe(i);
        }
        // Not even a name that looks like another's prefix.
        var user = scopes[2].Id.Prefix["content:".Length..];
        (await Scope.FindAsync<int>($"{user}name", Stop)).ShouldBeNull();
        (await node.Store.FindAsync(CacheNode.Tenant, [$"content:{user}name"], Stop))[0]
            .ShouldBeNull();
        (
            await database.ScalarAsync<long>(
                "select count(*) from jobs.cache_entries where key like '%ada%' or key like '%bob%'",
                Stop
            )
        ).ShouldBe(0);
    }

    [Fact]
    public async Task A_name_that_is_long_or_strange_is_stored_as_a_hash()
    {
        string[] names = [new('x', 300), "a\nb", "#a", "~a", "\ud800"];
        foreach (var name in names)
        {
            await Scope.SetAsync(name, name.Length, cancellationToken: Stop);
        }
        foreach (var name in names)
        {
            (await Scope.FindAsync<int>(name, Stop))!.Value.Value.ShouldBe(name.Length);
        }
        (CacheName.Hashed("q", "ab", "c") == CacheName.Hashed("q", "a", "bc")).ShouldBeFalse();
        CacheName.Hashed("q", "secret").ShouldStartWith("q.");
    }

    [Fact]
    public async Task What_a_source_throws_reaches_all_who_wait_and_is_not_kept()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = Enumerable
            .Range(0, 3)
            .Select(_ =>
                Scope
                    .GetOrCreateAsync<string>(
                        "throws",
                        async ct =>
                        {
                            await gate.Task.WaitAsync(ct);
                            throw new InvalidOperationException("The source is broken.");
                        },
                        cancellationToken: Stop
                    )
                    .AsTask()
            )
            .ToList();
        gate.SetResult();
        foreach (var task in asked)
        {
            await Should.ThrowAsync<InvalidOperationException>(task);
        }
        (await node.AskAsync("throws", "well again", Stop)).ShouldBe(
            ("well again", CacheStatus.Miss)
        );
    }

    [Fact]
    public async Task A_computation_goes_on_while_one_waits_and_stops_when_nobody_does()
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        async ValueTask<string> ForeverAsync(CancellationToken ct)
        {
            begun.SetResult();
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
            }
            finally
            {
                stopped.SetResult();
            }
            return "never";
        }
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        var one = Scope
            .GetOrCreateAsync("slow", ForeverAsync, cancellationToken: first.Token)
            .AsTask();
        var two = Scope
            .GetOrCreateAsync("slow", ForeverAsync, cancellationToken: second.Token)
            .AsTask();

        await begun.Task.WaitAsync(EngineHost.Patience, Stop);
        await first.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(one);
        stopped.Task.IsCompleted.ShouldBeFalse();
        await second.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(two);
        await stopped.Task.WaitAsync(EngineHost.Patience, Stop);
    }
}
