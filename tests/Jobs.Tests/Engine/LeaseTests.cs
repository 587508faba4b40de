using System.Collections.Concurrent;
using System.Text;
using Jobs.Batches;
using Jobs.Engine;
using Jobs.Kinds;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Engine;

/// <summary>Several workers on one database: who holds what, and what becomes of it when one is lost.</summary>
public sealed class LeaseTests : EngineTest
{
    [Fact]
    public async Task Two_workers_share_a_batch_and_no_item_is_executed_twice()
    {
        var executions = new ConcurrentQueue<int>();
        var options = new EngineHostOptions
        {
            Handle = async (item, _) =>
            {
                executions.Enqueue(item.Index);
                await Task.Yield();
                return ItemOutcome.Success();
            },
            Kind = kind => kind.ItemsPerPage = 3,
        };
        var first = await StartAsync(options);
        await StartAsync(options);

        var batch = await first.SubmitAsync(600, Stop);
        await first.WaitForEndAsync(batch.Id, Stop);

        executions.Order().ShouldBe(Enumerable.Range(0, 600));
    }

    [Fact]
    public async Task A_worker_that_was_idle_hears_of_work_that_another_process_submitted()
    {
        var worker = await StartAsync(
            Handling(_ => ItemOutcome.Success()) with
            {
                Engine = engine => engine.PollInterval = TimeSpan.FromHours(1),
            }
        );
        var submitter = await StartIdleAsync();
        // Once one batch has ended the listener is there for certain.
        var first = await worker.SubmitAsync(1, Stop);
        await worker.WaitForEndAsync(first.Id, Stop);

        var batch = await submitter.SubmitAsync(1, Stop);

        (await submitter.WaitForEndAsync(batch.Id, Stop)).State.ShouldBe(BatchState.Completed);
    }

    [Fact]
    public async Task A_worker_that_was_taken_for_dead_writes_nothing_late()
    {
        var (started, release) = (Signal(), Signal());
        var slow = await StartAsync(
            new EngineHostOptions
            {
                Handle = async (_, _) =>
                {
                    started.TrySetResult();
                    await release.Task;
                    return ItemOutcome.SuccessJson("\"late\""u8.ToArray());
                },
                Engine = engine => engine.LeaseTime = TimeSpan.FromMinutes(1),
            }
        );
        var batch = await slow.SubmitAsync(4, Stop);
        await WithinPatienceAsync(started.Task);

        await ExpireAsync(slow.Get<Heartbeat>().Worker);
        var rescuer = await StartAsync(
            Handling(_ => ItemOutcome.SuccessJson("\"rescued\""u8.ToArray())) with
            {
                Engine = engine => engine.LeaseTime = TimeSpan.FromSeconds(1),
            }
        );
        var ended = await rescuer.WaitForEndAsync(batch.Id, Stop);
        release.SetResult();
        await slow.Log.WaitForAsync("was lost; nothing of it was written", Stop);

        ended.Counts.ShouldBe(new BatchCounts(4, 0, 0, 4, 0, 0));
        (await rescuer.ReadAsync(batch.Id, Stop)).Counts.ShouldBe(ended.Counts);
        var items = await rescuer.ItemsAsync(batch.Id, Stop);
        items.Select(i => i.Index).ShouldBe([0, 1, 2, 3]);
        items
            .Select(i => Encoding.UTF8.GetString(i.Result.Span))
            .ShouldBe(Enumerable.Repeat("\"rescued\"", 4));
        (
            await Database.ScalarAsync<long>("select sum(succeeded) from jobs.outcome_pages", Stop)
        ).ShouldBe(4);
    }

    [Fact]
    public async Task A_worker_that_was_taken_for_dead_goes_on_as_a_new_one()
    {
        var host = await StartAsync(
            Handling(_ => ItemOutcome.Success()) with
            {
                Engine = engine => engine.LeaseTime = TimeSpan.FromSeconds(1),
            }
        );
        var former = host.Get<Heartbeat>().Worker;

        await Database.ScalarAsync<int>("delete from jobs.workers", Stop);
        await host.Log.WaitForAsync("was taken for dead", Stop);
        var batch = await host.SubmitAsync(10, Stop);

        (await host.WaitForEndAsync(batch.Id, Stop)).Outcome.ShouldBe(BatchOutcome.Succeeded);
        host.Get<Heartbeat>().Worker.ShouldNotBe(former);
    }

    [Fact]
    public async Task Outcomes_of_before_the_loss_are_kept_and_only_the_rest_is_executed_again()
    {
        var (started, release) = (Signal(), Signal());
        var slow = await StartAsync(
            new EngineHostOptions
            {
                Handle = async (item, _) =>
                {
                    if (item.Index == 2)
                    {
                        started.TrySetResult();
                        await release.Task;
                    }
                    return ItemOutcome.Success();
                },
                Kind = kind => kind.Concurrency = 1,
                Engine = engine => engine.LeaseTime = TimeSpan.FromMinutes(1),
            }
        );
        var batch = await slow.SubmitAsync(5, Stop);
        await WithinPatienceAsync(started.Task);
        await slow.WaitUntilAsync(batch.Id, s => s.Counts.Succeeded == 2, Stop);

        await ExpireAsync(slow.Get<Heartbeat>().Worker);
        var executed = new ConcurrentQueue<int>();
        var rescuer = await StartAsync(
            Handling(item =>
            {
                executed.Enqueue(item.Index);
                return ItemOutcome.Success();
            }) with
            {
                Engine = engine => engine.LeaseTime = TimeSpan.FromSeconds(1),
            }
        );
        var ended = await rescuer.WaitForEndAsync(batch.Id, Stop);
        release.SetResult();

        executed.Order().ShouldBe([2, 3, 4]);
        ended.Counts.Succeeded.ShouldBe(5);
    }

    [Fact]
    public async Task A_chunk_that_the_database_counts_as_a_workers_unknown_to_it_is_handed_back()
    {
        var host = await StartAsync(
            Handling(_ => ItemOutcome.Success()) with
            {
                Engine = engine => engine.LeaseTime = TimeSpan.FromSeconds(1),
            }
        );
        var batch = await host.SubmitAsync(
            1,
            Stop,
            host.Draft() with
            {
                NotBefore = TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1),
            }
        );

        // As if the answer to a lease had been lost.
        await Database.ScalarAsync<int>(
            "update jobs.chunks set state = 'leased', due_at = null, worker_id = $1, token = token + 1",
            Stop,
            host.Get<Heartbeat>().Worker
        );

        (await host.WaitForEndAsync(batch.Id, Stop)).Outcome.ShouldBe(BatchOutcome.Succeeded);
        host.Log.Entries.ShouldContain(e => e.Contains("without its knowledge"));
    }

    [Fact]
    public async Task A_chunk_over_which_workers_died_is_halved_and_its_items_are_executed_once()
    {
        var executed = new ConcurrentQueue<int>();
        var idle = await StartIdleAsync();
        var batch = await idle.SubmitAsync(8, Stop);
        await Database.ScalarAsync<int>("update jobs.chunks set deaths = 3", Stop);

        await StartAsync(
            Handling(item =>
            {
                executed.Enqueue(item.Index);
                return ItemOutcome.Success();
            })
        );

        (await idle.WaitForEndAsync(batch.Id, Stop)).Outcome.ShouldBe(BatchOutcome.Succeeded);
        executed.Order().ShouldBe(Enumerable.Range(0, 8));
        (
            await Database.ScalarAsync<long>("select count(*) from jobs.outcome_pages", Stop)
        ).ShouldBe(2);
    }

    [Fact]
    public async Task An_item_over_which_workers_died_fails_alone_as_worker_lost()
    {
        var executed = 0;
        var options = new EngineHostOptions
        {
            Handle = (_, _) =>
            {
                Interlocked.Increment(ref executed);
                return ValueTask.FromResult(ItemOutcome.Success());
            },
            Kind = kind => kind.ItemsPerPage = 1,
        };
        var idle = await StartIdleAsync(options);
        var batch = await idle.SubmitAsync(3, Stop);
        // Three while it was executed with others, three while it was alone.
        await Database.ScalarAsync<int>("update jobs.chunks set deaths = 6 where page = 1", Stop);

        await StartAsync(options);
        var ended = await idle.WaitForEndAsync(batch.Id, Stop);

        ended.Counts.ShouldBe(new BatchCounts(3, 0, 0, 2, 1, 0));
        executed.ShouldBe(2);
        var lost = (await idle.ItemsAsync(batch.Id, Stop, ItemState.Failed)).ShouldHaveSingleItem();
        lost.Index.ShouldBe(1);
        Encoding.UTF8.GetString(lost.Error.Span).ShouldContain(ErrorCodes.WorkerLost);
    }

    [Fact]
    public async Task An_item_over_which_workers_died_with_others_is_executed_with_nothing_beside_it()
    {
        const int Suspect = 3;
        var (executing, beside, executions) = (0, -1, 0);
        var options = new EngineHostOptions
        {
            Handle = async (item, _) =>
            {
                Interlocked.Increment(ref executing);
                await Task.Yield();
                if (item.Index == Suspect)
                {
                    executions++;
                    beside = Volatile.Read(ref executing) - 1;
                }
                Interlocked.Decrement(ref executing);
                return ItemOutcome.Success();
            },
            Kind = kind => kind.ItemsPerPage = 1,
        };
        var idle = await StartIdleAsync(options);
        var batch = await idle.SubmitAsync(40, Stop);
        await Database.ScalarAsync<int>(
            "update jobs.chunks set deaths = 3 where page in ($1, $1 + 1, $1 + 2)",
            Stop,
            Suspect
        );

        await StartAsync(options);
        var ended = await idle.WaitForEndAsync(batch.Id, Stop);

        ended.Outcome.ShouldBe(BatchOutcome.Succeeded);
        (executions, beside).ShouldBe((1, 0));
    }

    [Fact]
    public async Task A_worker_that_is_busy_leaves_a_suspected_item_to_another_and_goes_on()
    {
        var (started, release) = (Signal(), Signal());
        var options = new EngineHostOptions
        {
            Handle = async (item, _) =>
            {
                if (item.Index == 0)
                {
                    started.TrySetResult();
                    await release.Task;
                }
                return ItemOutcome.Success();
            },
            Kind = kind => kind.ItemsPerPage = 1,
        };
        var busy = await StartAsync(options);
        var lasting = await busy.SubmitAsync(1, Stop);
        await WithinPatienceAsync(started.Task);

        // The busy worker sets it aside and takes nothing more: it would be executed beside the long one.
        var idle = await StartIdleAsync(options);
        var suspect = await idle.SubmitAsync(
            2,
            Stop,
            idle.Draft() with
            {
                NotBefore = TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1),
            }
        );
        await Database.ScalarAsync<int>(
            "update jobs.chunks set state = 'ready', due_at = null, deaths = 3 where batch_id = $1 and page = 1",
            Stop,
            suspect.Id
        );
        await idle.WaitUntilAsync(
            suspect.Id,
            s => s.State == BatchState.Running && s.Counts.Running == 0,
            Stop
        );
        var other = await StartAsync(options);
        await other.WaitUntilAsync(suspect.Id, s => s.Counts.Succeeded == 1, Stop);

        // It is gone, and the busy worker takes what comes: its long item and this one are all that is left.
        await other.StopAsync(Stop);
        var next = await idle.SubmitAsync(["{}", "{}"], Stop, idle.Draft());
        await idle.WaitUntilAsync(next.Id, s => s.Counts.Succeeded == 1, Stop);
        release.SetResult();
        await idle.WaitForEndAsync(lasting.Id, Stop);
    }

    private Task ExpireAsync(Guid worker) =>
        Database.ScalarAsync<int>(
            "update jobs.workers set lease_until = now() - interval '1 hour' where id = $1",
            Stop,
            worker
        );
}
