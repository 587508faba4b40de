using Jobs.Caching;
using Jobs.Testing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Caching;

/// <summary>Values past their freshness.</summary>
public sealed class StaleTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(5);
    private readonly MovedTime time = new();
    private readonly CacheEntryOptions options = new()
    {
        Ttl = TimeSpan.FromMinutes(1),
        Stale = TimeSpan.FromMinutes(1),
        FailSafe = TimeSpan.FromHours(1),
    };
    private CacheNode node = null!;
    private int asked;
    private bool fails;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        node = await CacheNode.StartAsync(
            database.ConnectionString,
            Stop,
            o => o.Shared = false,
            services => services.AddSingleton<TimeProvider>(time)
        );

    public ValueTask DisposeAsync() => node.DisposeAsync();

    [Fact]
    public async Task A_stale_value_is_answered_at_once_and_refreshed()
    {
        (await AskAsync()).ShouldBe((1, CacheStatus.Miss));
        time.Advance(TimeSpan.FromSeconds(59));
        (await AskAsync()).ShouldBe((1, CacheStatus.Hit));
        time.Advance(TimeSpan.FromSeconds(2));
        (await AskAsync()).ShouldBe((1, CacheStatus.Stale));
        (int Value, CacheStatus Status) seen;
        using var limit = Limit();
        while ((seen = await AskAsync()).Status != CacheStatus.Hit)
        {
            seen.ShouldBe((1, CacheStatus.Stale));
            await Task.Delay(LookInterval, TimeProvider.System, limit.Token);
        }
        seen.Value.ShouldBe(2);
        asked.ShouldBe(2);
    }

    [Fact]
    public async Task A_value_stands_in_for_a_source_that_fails_which_is_left_in_peace()
    {
        (await AskAsync()).ShouldBe((1, CacheStatus.Miss));
        fails = true;
        time.Advance(TimeSpan.FromMinutes(10));
        (await AskAsync()).ShouldBe((1, CacheStatus.Stale));
        (await AskAsync()).ShouldBe((1, CacheStatus.Stale));
        asked.ShouldBe(2);

        time.Advance(TimeSpan.FromSeconds(6));
        (await AskAsync()).ShouldBe((1, CacheStatus.Stale));
        asked.ShouldBe(3);
        fails = false;
        time.Advance(TimeSpan.FromSeconds(6));
        (await AskAsync()).ShouldBe((4, CacheStatus.Miss));
    }

    [Fact]
    public async Task Beyond_that_and_after_a_removal_nothing_stands_in()
    {
        (await AskAsync()).ShouldBe((1, CacheStatus.Miss));
        fails = true;
        time.Advance(TimeSpan.FromHours(2));
        await Should.ThrowAsync<InvalidOperationException>(AskAsync);
        fails = false;
        (await AskAsync()).Status.ShouldBe(CacheStatus.Miss);
        await node.Scope.RemoveAsync("value", Stop);
        fails = true;
        await Should.ThrowAsync<InvalidOperationException>(AskAsync);
    }

    [Fact]
    public async Task What_is_stale_in_the_database_is_answered_while_another_process_computes()
    {
        await using var one = await CacheNode.StartAsync(database.ConnectionString, Stop);
        await using var two = await CacheNode.StartAsync(database.ConnectionString, Stop);
        await one.Scope.SetAsync("of another", 1, options, cancellationToken: Stop);
        await database.ScalarAsync<int>(
            "update jobs.cache_entries set fresh_until = now() - interval '1 second' where key = 'content:of another'",
            Stop
        );
        async Task<CacheAnswer<int>> AskOtherAsync() =>
            await two.Scope.AnswerAsync(
                "of another",
                2,
                static (v, _) => ValueTask.FromResult(v),
                options,
                cancellationToken: Stop
            );

        var answer = await AskOtherAsync();
        (answer.Value, answer.Status).ShouldBe((1, CacheStatus.Stale));
        // Where the database was slow for a moment nothing was computed; who asks again has it tried again.
        using var limit = Limit();
        while ((await AskOtherAsync()).Value != 2)
        {
            await Task.Delay(LookInterval, TimeProvider.System, limit.Token);
        }
    }

    // What never comes ends the test.
    private static CancellationTokenSource Limit()
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(EngineHost.Patience);
        return limit;
    }

    private async Task<(int Value, CacheStatus Status)> AskAsync()
    {
        var answer = await node.Scope.AnswerAsync(
            "value",
            this,
            static (test, _) =>
            {
                test.asked++;
                return test.fails
                    ? throw new InvalidOperationException("The source is broken.")
                    : ValueTask.FromResult(test.asked);
            },
            options,
            cancellationToken: Stop
        );
        return (answer.Value, answer.Status);
    }
}
