using System.Diagnostics;
using Jobs.Caching;
using Jobs.Testing;
using Jobs.Testing.Chaos;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Caching;

/// <summary>What processes share through the database, and what they hear of each other.</summary>
public sealed class SharedCacheTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(10);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_value_that_one_process_computed_is_a_hit_in_another()
    {
        await using var one = await StartAsync();
        await using var two = await StartAsync();
        await one.AskAsync("shared", new string('x', 20_000), Stop, "tag");
        await UntilAsync(async () =>
            (await two.Scope.FindAsync<string>("shared", Stop)) is not null
        );

        (await two.AskAsync("shared", "other", Stop)).ShouldBe(
            (new string('x', 20_000), CacheStatus.Hit)
        );
        // It was compressed on its way.
        (
            await database.ScalarAsync<int>(
                "select length(value) from jobs.cache_entries where key = 'content:shared'",
                Stop
            )
        ).ShouldBeLessThan(1_000);
        // The one that only read it knows its tags.
        await one.Scope.RemoveByTagAsync("tag", Stop);
        await UntilAsync(async () => (await two.Scope.FindAsync<string>("shared", Stop)) is null);
    }

    [Fact]
    public async Task Whatever_is_removed_or_set_leaves_the_memory_of_the_others()
    {
        await using var one = await StartAsync(o => o.PollInterval = TimeSpan.FromMinutes(5));
        await using var two = await StartAsync(o => o.PollInterval = TimeSpan.FromMinutes(5));
        var removals = new Func<CacheNode, ValueTask>[]
        {
            n => n.Scope.RemoveAsync("heard", Stop),
            n => n.Scope.RemoveByTagAsync("tag", Stop),
            n => n.Scope.RemoveByPrefixAsync("hea", Stop),
            n => n.Store.RemoveByTagOfAllAsync(["tag"], Stop),
            n => n.Store.ClearAsync(Stop),
            n => n.Scope.SetAsync("heard", "new", cancellationToken: Stop),
        };
        foreach (var remove in removals)
        {
            await one.Scope.SetAsync("heard", "old", tags: ["tag"], cancellationToken: Stop);
            await UntilAsync(async () =>
                (await two.AskAsync("heard", "wrong", Stop)) == ("old", CacheStatus.Hit)
            );
            await remove(one);
            await UntilAsync(async () =>
                (await two.Scope.FindAsync<string>("heard", Stop))?.Value is null or "new"
            );
        }
    }

    [Fact]
    public async Task What_no_notice_told_of_is_found_by_looking()
    {
        await using var proxy = TcpProxy.Start(database.ConnectionString, deaf: true);
        await using var one = await StartAsync();
        await using var two = await CacheNode.StartAsync(
            proxy.ConnectionString,
            Stop,
            o => o.PollInterval = TimeSpan.FromMilliseconds(200)
        );
        await one.Scope.SetAsync("deaf", "old", cancellationToken: Stop);
        await UntilAsync(async () =>
            (await two.Scope.FindAsync<string>("deaf", Stop))?.Value == "old"
        );
        await one.Scope.RemoveAsync("deaf", Stop);
        await UntilAsync(async () => (await two.Scope.FindAsync<string>("deaf", Stop)) is null);
        // It listens, and hears nothing: the look may have come before its ears were there, so others are removed too.
        await UntilAsync(async () =>
        {
            await one.Scope.RemoveAsync("deaf", Stop);
            return proxy.Swallowed > 0;
        });
    }

    [Fact]
    public async Task A_value_whose_source_was_read_before_a_removal_is_not_kept_anywhere()
    {
        await using var one = await StartAsync();
        await using var two = await StartAsync();
        foreach (var remove in Removals("late"))
        {
            var reading = new TaskCompletionSource(
                TaskCreationOptions.RunContinuationsAsynchronously
            );
            var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var asked = one
                .Scope.GetOrCreateAsync(
                    "late",
                    async ct =>
                    {
                        reading.SetResult();
                        await go.Task.WaitAsync(ct);
                        return "before";
                    },
                    tags: ["tag"],
                    cancellationToken: Stop
                )
                .AsTask();
            await reading.Task.WaitAsync(EngineHost.Patience, Stop);
            await remove(two);
            go.SetResult();
            (await asked).ShouldBe("before");

            // However late its memory hears of it.
            await UntilAsync(async () => (await one.Scope.FindAsync<string>("late", Stop)) is null);
            (await two.Scope.FindAsync<string>("late", Stop)).ShouldBeNull();
            (await one.AskAsync("late", "after", Stop)).Value.ShouldBe("after");
            await one.Scope.RemoveAsync("late", Stop);
        }
    }

    [Fact]
    public async Task Four_processes_with_many_callers_compute_a_cold_key_once()
    {
        var nodes = new List<CacheNode>();
        for (var i = 0; i < 4; i++)
        {
            nodes.Add(await StartAsync());
        }
        var computed = 0;
        var options = new CacheEntryOptions { OneFillPerCluster = true };
        var asked = nodes
            .SelectMany(n => Enumerable.Repeat(n, 250))
            .Select(n =>
                Task.Run(
                    async () =>
                        await n.Scope.AnswerAsync(
                            "one for all",
                            0,
                            async (_, ct) =>
                            {
                                await Task.Delay(LookInterval, TimeProvider.System, ct);
                                return Interlocked.Increment(ref computed);
                            },
                            options,
                            cancellationToken: Stop
                        ),
                    Stop
                )
            )
            .ToList();

        (await Task.WhenAll(asked)).ShouldAllBe(a => a.Value == 1);
        computed.ShouldBe(1);
        foreach (var node in nodes)
        {
            await node.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_process_that_dies_over_a_computation_holds_the_others_up_no_longer_than_its_time()
    {
        await using var node = await StartAsync(o => o.FillTime = TimeSpan.FromSeconds(1));
        var started = Stopwatch.GetTimestamp();
        await database.ScalarAsync<int>(
            """
            insert into jobs.cache_fills (tenant_id, key, holder, until)
            values (2, 'content:orphaned', gen_random_uuid(), now() + interval '300 ms')
            """,
            Stop
        );
        var answer = await node.Scope.AnswerAsync(
            "orphaned",
            1,
            static (v, _) => ValueTask.FromResult(v),
            new CacheEntryOptions { OneFillPerCluster = true },
            cancellationToken: Stop
        );
        answer.Value.ShouldBe(1);
        Stopwatch.GetElapsedTime(started).ShouldBeGreaterThan(TimeSpan.FromMilliseconds(200));
    }

    [Fact]
    public async Task Tables_that_were_emptied_by_a_crash_empty_the_memory_as_well()
    {
        await using var other = await TestDatabase.CreateAsync(migrated: true, Stop);
        await using var node = await CacheNode.StartAsync(
            other.ConnectionString,
            Stop,
            o => o.PollInterval = TimeSpan.FromMilliseconds(50)
        );
        await node.Scope.SetAsync("kept", "value", cancellationToken: Stop);
        // What PostgreSQL does to unlogged tables.
        await other.ScalarAsync<int>(
            "truncate jobs.cache_entries, jobs.cache_removals, jobs.cache_marks, jobs.cache_epoch restart identity",
            Stop
        );
        await UntilAsync(async () => (await node.Scope.FindAsync<string>("kept", Stop)) is null);
    }

    [Fact]
    public async Task The_tables_are_logged_where_that_is_configured_and_unlogged_again()
    {
        await using var other = await TestDatabase.CreateAsync(migrated: true, Stop);
        foreach (var durable in (bool[])[true, false])
        {
            await using var node = await CacheNode.StartAsync(
                other.ConnectionString,
                Stop,
                o => o.Durable = durable
            );
            (
                await other.ScalarAsync<long>(
                    "select count(*) from pg_class where relname like 'cache\\_%' and relkind in ('r', 'S') and relpersistence = 'p'",
                    Stop
                )
            ).ShouldBe(durable ? 8 : 1);
            await node.Scope.SetAsync("kept", "value", cancellationToken: Stop);
        }
    }

    private static Func<CacheNode, ValueTask>[] Removals(string name) =>
        [
            n => n.Scope.RemoveAsync(name, Stop),
            n => n.Scope.RemoveByTagAsync("tag", Stop),
            n => n.Scope.RemoveByPrefixAsync(name[..2], Stop),
            n => n.Store.ClearAsync(Stop),
        ];

    private Task<CacheNode> StartAsync(Action<CacheOptions>? configure = null) =>
        CacheNode.StartAsync(database.ConnectionString, Stop, configure);

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started) > EngineHost.Patience)
            {
                throw new TimeoutException("It did not come to that.");
            }
            await Task.Delay(LookInterval, TimeProvider.System, Stop);
        }
    }
}
