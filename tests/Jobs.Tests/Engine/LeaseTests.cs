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

    private Task ExpireAsync(Guid worker) =>
        Database.ScalarAsync<int>(
            "update jobs.workers set lease_until = now() - interval '1 hour' where id = $1",
            Stop,
            worker
        );
}
