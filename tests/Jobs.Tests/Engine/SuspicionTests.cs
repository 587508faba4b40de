using System.Collections.Concurrent;
using System.Text;
using Jobs.Batches;
using Jobs.Kinds;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Engine;

/// <summary>What workers do with chunks over which others died.</summary>
public sealed class SuspicionTests : EngineTest
{
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
}
