using System.Diagnostics;
using Jobs.Caching;
using Jobs.Database;
using Jobs.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Caching;

/// <summary>The cache of two processes behind PgBouncer in transaction mode; only their listeners have sessions.</summary>
public sealed class CacheBehindPoolerTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(10);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Values_are_shared_and_removals_heard()
    {
        await using var bouncer = await PgBouncer.StartAsync(database.ConnectionString, Stop);
        await using var one = await ThroughAsync(bouncer);
        await using var two = await ThroughAsync(bouncer);
        // More at once than the pooler has connections, so that one transaction follows another's on the same.
        await Task.WhenAll(
            Enumerable
                .Range(0, 300)
                .Select(async i =>
                    await one.Scope.SetAsync(
                        $"pooled:{i}",
                        $"value {i}",
                        tags: [$"tag{i % 3}"],
                        cancellationToken: Stop
                    )
                )
        );
        for (var i = 0; i < 300; i++)
        {
            (await two.AskAsync($"pooled:{i}", "wrong", Stop)).ShouldBe(
                ($"value {i}", CacheStatus.Hit)
            );
        }

        await one.Scope.RemoveByTagAsync("tag0", Stop);
        await one.Scope.RemoveAsync("pooled:1", Stop);
        await UntilGoneAsync(two, "pooled:0");
        await UntilGoneAsync(two, "pooled:1");
        (await two.AskAsync("pooled:2", "wrong", Stop)).ShouldBe(("value 2", CacheStatus.Hit));

        await one.Scope.RemoveByPrefixAsync("pooled:", Stop);
        await UntilGoneAsync(two, "pooled:2");
    }

    [Fact]
    public async Task A_value_is_computed_once_for_all_processes()
    {
        await using var bouncer = await PgBouncer.StartAsync(database.ConnectionString, Stop);
        await using var one = await ThroughAsync(bouncer);
        await using var two = await ThroughAsync(bouncer);
        var computed = 0;
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 100)
                .Select(async i =>
                    await (i % 2 == 0 ? one : two).Scope.AnswerAsync(
                        "once",
                        0,
                        (_, _) => ValueTask.FromResult(Interlocked.Increment(ref computed)),
                        new CacheEntryOptions { OneFillPerCluster = true },
                        cancellationToken: Stop
                    )
                )
        );

        answers.ShouldAllBe(a => a.Value == 1);
        computed.ShouldBe(1);
    }

    private Task<CacheNode> ThroughAsync(PgBouncer bouncer) =>
        CacheNode.StartAsync(
            database.ConnectionString,
            Stop,
            // What is heard is heard of, and not found by looking.
            o => o.PollInterval = TimeSpan.FromMinutes(5),
            services =>
                services.AddSingleton(_ => new JobsDataSource(
                    new NpgsqlConnectionStringBuilder(bouncer.ConnectionString)
                    {
                        Pooling = true,
                    }.ConnectionString,
                    database.ConnectionString
                ))
        );

    private static async Task UntilGoneAsync(CacheNode node, string name)
    {
        var started = Stopwatch.GetTimestamp();
        while (await node.Scope.FindAsync<string>(name, Stop) is not null)
        {
            Stopwatch.GetElapsedTime(started).ShouldBeLessThan(EngineHost.Patience);
            await Task.Delay(LookInterval, TimeProvider.System, Stop);
        }
    }
}
