using Jobs.Batches;
using Jobs.Engine;
using Jobs.Kinds;
using Jobs.Testing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Engine;

/// <summary>Chunks that somebody names: each is run once, and only where it may run.</summary>
public sealed class ChunkRunnerTests : EngineTest
{
    [Fact]
    public async Task What_is_named_several_times_at_once_is_done_once()
    {
        var executed = 0;
        var host = await StartNamingAsync(
            Handling(_ =>
            {
                Interlocked.Increment(ref executed);
                return ItemOutcome.Success();
            })
        );
        var batch = await host.SubmitAsync(1, Stop);
        var chunk = (await ChunksAsync(batch.Id)).Single();

        var runs = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => RunAsync(host, chunk)).ToArray()
        );

        runs.Count(r => r == ChunkRun.Settled).ShouldBe(1);
        runs.ShouldAllBe(r =>
            r == ChunkRun.Settled || r == ChunkRun.NotReady || r == ChunkRun.Gone
        );
        executed.ShouldBe(1);
        (await host.ReadAsync(batch.Id, Stop)).State.ShouldBe(BatchState.Completed);
        (await RunAsync(host, chunk)).ShouldBe(ChunkRun.Gone);
    }

    [Theory]
    [InlineData("update jobs.tenants set max_running = 2 where id = 2", 0)]
    [InlineData("select 1", 2)]
    public async Task Limits_over_all_workers_hold_whoever_names_what(string limit, int ofKind)
    {
        await Database.ScalarAsync<int>(limit, Stop);
        var (now, most) = (0, 0);
        var options = new EngineHostOptions
        {
            Handle = async (_, _) =>
            {
                InterlockedMax(ref most, Interlocked.Increment(ref now));
                await Task.Yield();
                Interlocked.Decrement(ref now);
                return ItemOutcome.Success();
            },
            Kind = kind => (kind.ItemsPerPage, kind.Concurrency, kind.MaxRunning) = (1, 1, ofKind),
        };
        EngineHost[] hosts = [await StartNamingAsync(options), await StartNamingAsync(options)];
        var batch = await hosts[0].SubmitAsync(60, Stop);

        var refused = 0;
        for (
            var chunks = await ChunksAsync(batch.Id);
            chunks.Count > 0;
            chunks = await ChunksAsync(batch.Id)
        )
        {
            var runs = await Task.WhenAll(
                chunks.Select((chunk, n) => RunAsync(hosts[n % 2], chunk)).ToArray()
            );
            refused += runs.Count(r => r == ChunkRun.Limited);
            runs.ShouldContain(ChunkRun.Settled);
        }

        most.ShouldBeInRange(1, 2);
        refused.ShouldBeGreaterThan(0);
        (await hosts[0].ReadAsync(batch.Id, Stop)).Counts.Succeeded.ShouldBe(60);
    }

    [Fact]
    public async Task What_this_worker_has_no_room_for_waits_for_it()
    {
        var (now, most) = (0, 0);
        var host = await StartNamingAsync(
            new EngineHostOptions
            {
                Handle = async (_, _) =>
                {
                    InterlockedMax(ref most, Interlocked.Increment(ref now));
                    await Task.Yield();
                    Interlocked.Decrement(ref now);
                    return ItemOutcome.Success();
                },
                Kind = kind =>
                    (kind.ItemsPerPage, kind.Concurrency, kind.MaxRunningPerWorker) = (1, 1, 2),
            }
        );
        var batch = await host.SubmitAsync(40, Stop);

        var runs = await Task.WhenAll(
            (await ChunksAsync(batch.Id)).Select(chunk => RunAsync(host, chunk)).ToArray()
        );

        runs.ShouldAllBe(r => r == ChunkRun.Settled);
        most.ShouldBeInRange(1, 2);
    }

    [Fact]
    public async Task What_is_suspected_of_deaths_runs_with_nothing_beside_it()
    {
        var (now, beside) = (0, 0);
        var release = Signal();
        var started = Signal();
        var host = await StartNamingAsync(
            new EngineHostOptions
            {
                Handle = async (item, _) =>
                {
                    Interlocked.Increment(ref now);
                    if (item.Payload.Span.IndexOf("suspect"u8) >= 0)
                    {
                        beside = now - 1;
                    }
                    else
                    {
                        started.TrySetResult();
                        await WithinPatienceAsync(release.Task);
                    }
                    Interlocked.Decrement(ref now);
                    return ItemOutcome.Success();
                },
                Kind = kind => (kind.ItemsPerPage, kind.Concurrency) = (1, 1),
            }
        );
        var others = await host.SubmitAsync(6, Stop);
        var suspect = await host.SubmitAsync(["""{"suspect":1}"""], Stop);
        await Database.ScalarAsync<int>(
            "update jobs.chunks set deaths = 3 where batch_id = $1",
            Stop,
            suspect.Id
        );
        var first = (await ChunksAsync(others.Id)).Select(c => RunAsync(host, c)).ToList();
        await WithinPatienceAsync(started.Task);

        var alone = RunAsync(host, (await ChunksAsync(suspect.Id)).Single());
        alone.IsCompleted.ShouldBeFalse();
        release.SetResult();

        (await alone).ShouldBe(ChunkRun.Settled);
        (await Task.WhenAll(first)).ShouldAllBe(r => r == ChunkRun.Settled);
        beside.ShouldBe(0);
    }

    [Theory]
    [InlineData("insert into jobs.paused_priorities values (1)", nameof(ChunkRun.Limited))]
    [InlineData("update jobs.chunks set state = 'held'", nameof(ChunkRun.NotReady))]
    [InlineData(
        "update jobs.chunks set state = 'scheduled', due_at = now() + interval '1 hour'",
        nameof(ChunkRun.NotReady)
    )]
    [InlineData(
        "update jobs.chunks set state = 'scheduled', due_at = now()",
        nameof(ChunkRun.Settled)
    )]
    [InlineData("update jobs.chunks set kind = 'strange'", nameof(ChunkRun.Unserved))]
    [InlineData("delete from jobs.workers", nameof(ChunkRun.NotReady))]
    public async Task What_may_not_run_now_is_left_as_it_is(string change, string expected)
    {
        var host = await StartNamingAsync(new());
        var batch = await host.SubmitAsync(1, Stop);
        await Database.ScalarAsync<int>(change, Stop);
        var before = await StateAsync();

        (await RunAsync(host, (await ChunksAsync(batch.Id)).Single()))
            .ToString()
            .ShouldBe(expected);

        (await StateAsync()).ShouldBe(expected == nameof(ChunkRun.Settled) ? null : before);

        Task<string?> StateAsync() =>
            Database.ScalarAsync<string>("select state || token from jobs.chunks", Stop);
    }

    [Fact]
    public async Task A_job_that_is_delivered_is_not_waited_for_any_more()
    {
        var host = await StartNamingAsync(new());
        var batch = await host.SubmitAsync(1, Stop);
        await Database.ScalarAsync<int>(
            """
            insert into jobs.dispatches (batch_id, chunk_id, tenant_id, kind, priority, again_at)
            select batch_id, id, tenant_id, kind, priority, now() from jobs.chunks
            """,
            Stop
        );

        await RunAsync(host, (await ChunksAsync(batch.Id)).Single());

        (await Database.ScalarAsync<long>("select count(*) from jobs.dispatches", Stop)).ShouldBe(
            0
        );
    }

    private Task<EngineHost> StartNamingAsync(EngineHostOptions options) =>
        StartAsync(
            options with
            {
                Services = services => services.AddSingleton<IDispatcher, IdleDispatcher>(),
            }
        );

    private static Task<ChunkRun> RunAsync(EngineHost host, ChunkKey chunk) =>
        host.Get<ChunkRunner>().RunAsync(chunk, Stop).WaitAsync(EngineHost.Patience, Stop);

    private async Task<List<ChunkKey>> ChunksAsync(Guid batchId)
    {
        await using var command = Database.DataSource.Requests.CreateCommand(
            "select id from jobs.chunks where batch_id = $1 order by id"
        );
        command.Parameters.Add(new() { Value = batchId });
        await using var row = await command.ExecuteReaderAsync(Stop);
        var chunks = new List<ChunkKey>();
        while (await row.ReadAsync(Stop))
        {
            chunks.Add(new ChunkKey(batchId, row.GetInt64(0)));
        }
        return chunks;
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (
            var seen = Volatile.Read(ref most);
            value > seen;
            seen =
                    Interlocked.CompareExchange(ref most, value, seen) is var found && found == seen
                        ? value
                        : found
        ) { }
    }

    /// <summary>Brings nothing: the test names the chunks.</summary>
    private sealed class IdleDispatcher(ChunkRunner runner) : IDispatcher
    {
        public IReadOnlyList<Func<CancellationToken, Task<TimeSpan>>> Due => [];

        public async Task RunAsync(
            Func<Guid> worker,
            CancellationToken stopping,
            CancellationToken giveUp
        )
        {
            runner.Open(worker, stopping, giveUp);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stopping)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await runner.CloseAsync();
        }
    }
}
