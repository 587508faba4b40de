using Jobs.Batches;
using Jobs.Kinds;
using Jobs.Testing;
using Jobs.Tests.Engine;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Batches;

/// <summary>A paused batch rests, whatever else happens to its chunks.</summary>
public sealed class PauseTests : EngineTest
{
    private const string ChunksByState =
        "select string_agg(state || ' ' || n, ', ' order by state) from (select state, count(*) n from jobs.chunks group by state) c";

    [Fact]
    public async Task Nothing_of_a_paused_batch_starts_until_it_is_resumed()
    {
        var host = await StartIdleAsync();
        var batch = await host.SubmitAsync(1_100, Stop);

        (await PauseAsync(host, batch.Id)).ShouldBe(SteerResult.Done);
        (await PauseAsync(host, batch.Id)).ShouldBe(SteerResult.Already);
        var worker = await StartAsync();
        // The worker is shown to be at work by another batch.
        await worker.WaitForEndAsync((await worker.SubmitAsync(1, Stop)).Id, Stop);
        var paused = await host.ReadAsync(batch.Id, Stop);
        paused.State.ShouldBe(BatchState.Paused);
        paused.Counts.Pending.ShouldBe(1_100);
        (await StatesAsync()).ShouldBe("held 3");

        (await ResumeAsync(host, batch.Id)).ShouldBe(SteerResult.Done);
        (await worker.WaitForEndAsync(batch.Id, Stop)).Outcome.ShouldBe(BatchOutcome.Succeeded);
        (await ResumeAsync(host, batch.Id)).ShouldBe(SteerResult.Illegal);
        (await PauseAsync(host, batch.Id)).ShouldBe(SteerResult.Illegal);
    }

    [Fact]
    public async Task A_batch_that_had_not_started_is_queued_again()
    {
        var host = await StartIdleAsync();
        var batch = await host.SubmitAsync(1, Stop);
        (await ResumeAsync(host, batch.Id)).ShouldBe(SteerResult.Already);
        await PauseAsync(host, batch.Id);
        await ResumeAsync(host, batch.Id);
        (await host.ReadAsync(batch.Id, Stop)).State.ShouldBe(BatchState.Queued);
        (await StatesAsync()).ShouldBe("ready 1");
    }

    [Fact]
    public async Task What_was_due_later_is_due_then()
    {
        var host = await StartIdleAsync();
        var batch = await host.SubmitAsync(
            1,
            Stop,
            host.Draft() with
            {
                NotBefore = TimeProvider.System.GetUtcNow().AddHours(1),
            }
        );
        await PauseAsync(host, batch.Id);
        (await StatesAsync()).ShouldBe("held 1");
        await ResumeAsync(host, batch.Id);
        (await StatesAsync()).ShouldBe("scheduled 1");
        (
            await Database.ScalarAsync<bool>(
                "select due_at > now() + interval '59 minutes' from jobs.chunks",
                Stop
            )
        ).ShouldBeTrue();
    }

    [Fact]
    public async Task Running_items_end_and_what_they_leave_is_held()
    {
        var (started, release) = (Signal(), Signal());
        var host = await StartAsync(
            new EngineHostOptions
            {
                Handle = async (item, _) =>
                {
                    started.TrySetResult();
                    await release.Task;
                    return item.Attempt == 1
                        ? ItemOutcome.Failure(Transient)
                        : ItemOutcome.Success();
                },
                Kind = kind => (kind.Concurrency, kind.ItemsPerPage) = (2, 2),
                Engine = engine => engine.Slots = 1,
            }
        );
        var batch = await host.SubmitAsync(4, Stop);
        await WithinPatienceAsync(started.Task);

        await PauseAsync(host, batch.Id);
        var paused = await host.ReadAsync(batch.Id, Stop);
        paused.State.ShouldBe(BatchState.Paused);
        paused.Counts.Running.ShouldBe(2);
        release.SetResult();
        var rested = await host.WaitUntilAsync(batch.Id, s => s.Counts.Running == 0, Stop);
        rested.Counts.Pending.ShouldBe(4);
        (await StatesAsync()).ShouldBe("held 2");

        await ResumeAsync(host, batch.Id);
        var ended = await host.WaitForEndAsync(batch.Id, Stop);
        ended.Counts.Succeeded.ShouldBe(4);
    }

    [Fact]
    public async Task The_last_running_items_complete_a_paused_batch()
    {
        var (started, release) = (Signal(), Signal());
        var host = await StartAsync(
            new EngineHostOptions
            {
                Handle = async (_, _) =>
                {
                    started.TrySetResult();
                    await release.Task;
                    return ItemOutcome.Success();
                },
            }
        );
        var batch = await host.SubmitAsync(1, Stop);
        await WithinPatienceAsync(started.Task);
        await PauseAsync(host, batch.Id);
        release.SetResult();
        (await host.WaitForEndAsync(batch.Id, Stop)).State.ShouldBe(BatchState.Completed);
    }

    [Fact]
    public async Task A_stopping_worker_hands_a_paused_chunk_back_held()
    {
        var started = Signal();
        var worker = await StartAsync(
            new EngineHostOptions
            {
                Handle = async (_, token) =>
                {
                    started.TrySetResult();
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                    return ItemOutcome.Success();
                },
                Engine = engine => engine.GracePeriod = TimeSpan.Zero,
            }
        );
        var batch = await worker.SubmitAsync(1, Stop);
        await WithinPatienceAsync(started.Task);
        await PauseAsync(worker, batch.Id);
        await worker.StopAsync(Stop);
        (await StatesAsync()).ShouldBe("held 1");

        var other = await StartAsync();
        await ResumeAsync(other, batch.Id);
        (await other.WaitForEndAsync(batch.Id, Stop)).Outcome.ShouldBe(BatchOutcome.Succeeded);
    }

    [Fact]
    public async Task A_chunk_of_a_paused_batch_whose_worker_died_is_held()
    {
        var host = await StartIdleAsync();
        var batch = await host.SubmitAsync(1, Stop);
        // As a worker leaves it that died.
        await Database.ScalarAsync<int>(
            "update jobs.chunks set state = 'leased', worker_id = gen_random_uuid(), token = 1",
            Stop
        );
        await PauseAsync(host, batch.Id);
        (await StatesAsync()).ShouldBe("leased 1");

        await StartAsync();
        await host.WaitUntilAsync(batch.Id, s => s.Counts.Running == 0, Stop);
        (await StatesAsync()).ShouldBe("held 1");
        (await Database.ScalarAsync<short>("select deaths from jobs.chunks", Stop)).ShouldBe(
            (short)1
        );
        await ResumeAsync(host, batch.Id);
        (await host.WaitForEndAsync(batch.Id, Stop)).Outcome.ShouldBe(BatchOutcome.Succeeded);
    }

    [Fact]
    public async Task A_paused_batch_is_cancelled()
    {
        var host = await StartIdleAsync();
        var batch = await host.SubmitAsync(600, Stop);
        await PauseAsync(host, batch.Id);
        (await host.Get<BatchSteering>().CancelAsync(EngineHost.Tenant, batch.Id, Stop)).ShouldBe(
            SteerResult.Done
        );
        var status = await host.ReadAsync(batch.Id, Stop);
        status.State.ShouldBe(BatchState.Cancelled);
        status.Counts.Cancelled.ShouldBe(600);
    }

    [Fact]
    public async Task Another_tenants_batch_is_not_there()
    {
        var host = await StartIdleAsync();
        var batch = await host.SubmitAsync(1, Stop);
        var steering = host.Get<BatchSteering>();
        (await steering.PauseAsync(EngineHost.OtherTenant, batch.Id, Stop)).ShouldBe(
            SteerResult.NotFound
        );
        (await steering.ResumeAsync(EngineHost.OtherTenant, batch.Id, Stop)).ShouldBe(
            SteerResult.NotFound
        );
        (await host.ReadAsync(batch.Id, Stop)).State.ShouldBe(BatchState.Queued);
    }

    private Task<string?> StatesAsync() => Database.ScalarAsync<string>(ChunksByState, Stop);

    private static Task<SteerResult> PauseAsync(EngineHost host, Guid id) =>
        host.Get<BatchSteering>().PauseAsync(EngineHost.Tenant, id, Stop);

    private static Task<SteerResult> ResumeAsync(EngineHost host, Guid id) =>
        host.Get<BatchSteering>().ResumeAsync(EngineHost.Tenant, id, Stop);
}
