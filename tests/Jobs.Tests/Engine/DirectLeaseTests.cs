using System.Collections.Concurrent;
using System.Text;
using Jobs.Batches;
using Jobs.Engine;
using Jobs.Kinds;
using Jobs.Queues;
using Jobs.Testing;
using Jobs.Testing.Chaos;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Engine;

/// <summary>A batch that comes while the worker of its process has nothing to do starts with its own commit.</summary>
public sealed class DirectLeaseTests : EngineTest
{
    private const string WithItsBatch = """
        select count(*)
        from jobs.chunks c
        join jobs.batches b on b.id = c.batch_id
        where c.state = 'leased' and c.xmin::text = b.xmin::text and b.state = 'running' and b.started_at is not null
            and c.token = 1 and c.leased_at is not null
        """;

    private const string States =
        "select coalesce(string_agg(state, ',' order by id), '') from jobs.chunks";

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(5);

    private readonly TaskCompletionSource begun = Signal();
    private readonly TaskCompletionSource release = Signal();
    private readonly ConcurrentQueue<int> started = new();

    [Fact]
    public async Task It_is_leased_in_the_statement_that_submits_it()
    {
        var host = await StartIdleWorkerAsync();

        var batch = await host.SubmitAsync(3, Stop);

        (await Database.ScalarAsync<long>(WithItsBatch, Stop)).ShouldBe(1);
        batch.State.ShouldBe(BatchState.Queued);
        var running = await host.ReadAsync(batch.Id, Stop);
        running.State.ShouldBe(BatchState.Running);
        running.Counts.ShouldBe(new BatchCounts(3, 0, 3, 0, 0, 0));
        running.Version.ShouldBeGreaterThan(batch.Version);
        release.SetResult();
        var ended = await host.WaitForEndAsync(batch.Id, Stop);
        ended.Outcome.ShouldBe(BatchOutcome.Succeeded);
        started.Order().ShouldBe([0, 1, 2]);
        (await host.ItemsAsync(batch.Id, Stop)).ShouldAllBe(i => i.Attempts == 1);
    }

    [Fact]
    public async Task Items_that_have_their_outcome_already_are_not_executed()
    {
        var host = await StartIdleWorkerAsync();
        release.SetResult();

        await using var draft = host.Get<BatchSubmitter>().Begin(host.Draft());
        await draft.AddSettledAsync("{}"u8.ToArray(), ItemOutcome.Success(), Stop);
        await draft.AddAsync("{}"u8.ToArray(), Stop);
        await draft.CommitAsync(null, Stop);

        (await host.WaitForEndAsync(draft.Id, Stop)).Counts.ShouldBe(
            new BatchCounts(2, 0, 0, 2, 0, 0)
        );
        started.ShouldBe([1]);
    }

    [Fact]
    public async Task What_comes_when_all_slots_are_taken_waits_its_turn()
    {
        var host = await StartIdleWorkerAsync(engine => engine.Slots = 2);

        await host.SubmitAsync(1, Stop);
        await host.SubmitAsync(1, Stop);
        var third = await host.SubmitAsync(1, Stop);

        (await Database.ScalarAsync<string>(States, Stop)).ShouldBe("leased,leased,ready");
        release.SetResult();
        await host.WaitForEndAsync(third.Id, Stop);
    }

    [Fact]
    public async Task What_comes_after_one_that_waits_does_not_pass_it()
    {
        // Its worker does not run: nobody but the test offers and looks.
        await using var host = await EngineHost.StartIdleAsync(Database, new(), Stop);
        var (direct, signal) = (host.Get<DirectLeases>(), host.Get<WorkSignal>());
        void Offer() =>
            direct.Open(signal.Ready, Guid.Empty, host.Get<RunningChunks>(), Stop, Stop);
        // What the start of the listener told.
        await signal.Ready.WaitAsync(EngineHost.Patience, Stop);

        Offer();
        direct.IsOpen.ShouldBeTrue();
        signal.Wake(scheduled: false);
        direct.IsOpen.ShouldBeFalse();
        Offer();
        direct.IsOpen.ShouldBeFalse();
        (await signal.Ready.WaitAsync(TimeSpan.Zero, Stop)).ShouldBeTrue();
        Offer();
        direct.IsOpen.ShouldBeTrue();
    }

    [Fact]
    public async Task What_may_not_start_now_does_not()
    {
        var host = await StartIdleWorkerAsync();
        var later = TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1);

        await host.SubmitAsync(1, Stop, host.Draft() with { NotBefore = later });
        (await Database.ScalarAsync<string>(States, Stop)).ShouldBe("scheduled");

        await host.Get<PriorityPauses>().PauseAsync(Priority.Low, null, Stop);
        await OpenAsync(host);
        await host.SubmitAsync(1, Stop, host.Draft() with { Priority = Priority.Low });
        (await Database.ScalarAsync<string>(States, Stop)).ShouldBe("scheduled,ready");

        await Database.ScalarAsync<int>(
            "update jobs.tenants set max_running = 1 where id = $1",
            Stop,
            EngineHost.Tenant
        );
        await OpenAsync(host);
        await host.SubmitAsync(1, Stop);
        (await Database.ScalarAsync<long>(WithItsBatch, Stop)).ShouldBe(0);
        release.SetResult();
    }

    [Fact]
    public async Task A_submission_that_fails_gives_its_slot_back()
    {
        var host = await StartIdleWorkerAsync(engine => engine.Slots = 2);
        var bad = host.Draft() with
        {
            Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "\0" },
        };

        for (var i = 0; i < 3; i++)
        {
            await Should.ThrowAsync<PostgresException>(() => host.SubmitAsync(1, Stop, bad));
        }
        await host.SubmitAsync(1, Stop);
        await host.SubmitAsync(1, Stop);

        (await Database.ScalarAsync<long>(WithItsBatch, Stop)).ShouldBe(2);
        release.SetResult();
    }

    [Fact]
    public async Task A_worker_that_was_taken_for_dead_gets_nothing()
    {
        var host = await StartIdleWorkerAsync(engine => engine.LeaseTime = TimeSpan.FromSeconds(1));
        await Database.ScalarAsync<int>("delete from jobs.workers", Stop);

        var batch = await host.SubmitAsync(1, Stop);

        (await Database.ScalarAsync<long>(WithItsBatch, Stop)).ShouldBe(0);
        release.SetResult();
        (await host.WaitForEndAsync(batch.Id, Stop)).Outcome.ShouldBe(BatchOutcome.Succeeded);
    }

    [Fact]
    public async Task One_whose_answer_is_lost_is_executed_all_the_same_and_once()
    {
        await using var proxy = TcpProxy.Start(Database.ConnectionString);
        var host = await EngineHost.StartAsync(
            proxy.ConnectionString,
            Options(engine => engine.LeaseTime = TimeSpan.FromSeconds(1)),
            Stop
        );
        await using var stopping = host;
        release.SetResult();
        await OpenAsync(host);
        var lost = proxy.LoseAnswer(Encoding.UTF8.GetBytes("the-one-that-is-lost"));

        var submission = host.SubmitAsync(["""{"n":"the-one-that-is-lost"}"""], Stop);
        await lost.WaitAsync(EngineHost.Patience, TimeProvider.System, Stop);
        await Should.ThrowAsync<NpgsqlException>(() => submission);

        var batch = await Database.ScalarAsync<Guid>("select id from jobs.batches", Stop);
        var ended = await host.WaitForEndAsync(batch, Stop);
        ended.Counts.ShouldBe(new BatchCounts(1, 0, 0, 1, 0, 0));
        started.Count.ShouldBe(1);
        host.Log.Entries.ShouldContain(e => e.Contains("without its knowledge"));
    }

    [Fact]
    public async Task Thousands_that_come_at_once_are_each_executed_once()
    {
        var host = await StartIdleWorkerAsync();
        var other = await StartAsync(Options(_ => { }));
        release.SetResult();

        var batches = await Task.WhenAll(
            Enumerable.Range(0, 2_000).Select(n => (n % 5 == 0 ? other : host).SubmitAsync(1, Stop))
        );

        foreach (var batch in batches)
        {
            var ended = await host.WaitForEndAsync(batch.Id, Stop);
            ended.Counts.Succeeded.ShouldBe(1);
        }
        started.Count.ShouldBe(batches.Length);
        (await Database.ScalarAsync<long>("select count(*) from jobs.chunks", Stop)).ShouldBe(0);
    }

    [Fact]
    public async Task A_worker_that_stops_finishes_what_it_leased_directly()
    {
        var host = await StartIdleWorkerAsync();
        var batch = await host.SubmitAsync(1, Stop);
        await WithinPatienceAsync(begun.Task);

        var stopping = host.StopAsync(Stop);
        release.SetResult();
        await stopping;

        (
            await Database.ScalarAsync<string>(
                "select state from jobs.batches where id = $1",
                Stop,
                batch.Id
            )
        ).ShouldBe("completed");
        host.Get<DirectLeases>().IsOpen.ShouldBeFalse();
    }

    private EngineHostOptions Options(Action<EngineOptions> engine) =>
        new()
        {
            Handle = async (item, cancellationToken) =>
            {
                started.Enqueue(item.Index);
                begun.TrySetResult();
                await release.Task.WaitAsync(cancellationToken);
                return ItemOutcome.Success();
            },
            Engine = options =>
            {
                // Nothing but a signal makes the worker look: it stays as idle as it was found.
                options.PollInterval = TimeSpan.FromHours(1);
                engine(options);
            },
            // Nor does it hear of what it submitted itself, or that it hears now.
            Services = services =>
                services.Remove(
                    services.Single(s => s.ImplementationType == typeof(NoticeListener))
                ),
        };

    private async Task<EngineHost> StartIdleWorkerAsync(Action<EngineOptions>? engine = null)
    {
        var host = await StartAsync(Options(engine ?? (_ => { })));
        await OpenAsync(host);
        return host;
    }

    private static async Task OpenAsync(EngineHost host)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(EngineHost.Patience);
        while (!host.Get<DirectLeases>().IsOpen)
        {
            await Task.Delay(LookInterval, TimeProvider.System, limit.Token);
        }
    }
}
