using System.Collections.Concurrent;
using System.Text;
using Jobs.Batches;
using Jobs.Kinds;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Engine;

/// <summary>From submission to the last outcome, on one worker.</summary>
public sealed class ExecutionTests : EngineTest
{
    [Fact]
    public async Task A_batch_is_executed_and_every_item_has_its_outcome()
    {
        var host = await StartAsync(Handling(item => ItemOutcome.SuccessJson(item.Payload)));

        var submitted = await host.SubmitAsync(1_201, Stop);
        submitted.State.ShouldBe(BatchState.Queued);
        submitted.Counts.ShouldBe(new BatchCounts(1_201, 1_201, 0, 0, 0, 0));
        var ended = await host.WaitForEndAsync(submitted.Id, Stop);

        ended.State.ShouldBe(BatchState.Completed);
        ended.Outcome.ShouldBe(BatchOutcome.Succeeded);
        ended.Counts.ShouldBe(new BatchCounts(1_201, 0, 0, 1_201, 0, 0));
        ended.Progress.ShouldBe(1);
        ended.StartedAt.ShouldNotBeNull();
        ended.FinishedAt.ShouldNotBeNull();
        ended.ExpiresAt.ShouldNotBeNull();
        var items = await host.ItemsAsync(submitted.Id, Stop);
        items.Select(i => i.Index).ShouldBe(Enumerable.Range(0, 1_201));
        items
            .Select(i => Encoding.UTF8.GetString(i.Result.Span))
            .ShouldBe(Enumerable.Range(0, 1_201).Select(n => $"{{\"n\":{n}}}"));
        (await Database.ScalarAsync<long>("select count(*) from jobs.chunks", Stop)).ShouldBe(0);
    }

    [Fact]
    public async Task Counts_add_up_on_every_read_while_workers_settle()
    {
        var options = new EngineHostOptions
        {
            Handle = async (item, _) =>
            {
                await Task.Yield();
                return item.Index % 7 == 0 ? ItemOutcome.Failure(Transient) : ItemOutcome.Success();
            },
            Kind = kind => kind.ItemsPerPage = 20,
        };
        var first = await StartAsync(options);
        await StartAsync(options);

        var batch = await first.SubmitAsync(2_000, Stop);
        BatchStatus status;
        var done = 0;
        do
        {
            status = await first.ReadAsync(batch.Id, Stop);
            ShouldAddUp(status);
            status.Counts.Done.ShouldBeGreaterThanOrEqualTo(done);
            done = status.Counts.Done;
        } while (!status.State.IsEnded());

        status.Outcome.ShouldBe(BatchOutcome.Partial);
        status.Counts.Failed.ShouldBe(286);
        status.Counts.Succeeded.ShouldBe(1_714);
    }

    [Fact]
    public async Task High_goes_before_normal_before_low()
    {
        var executed = new ConcurrentQueue<Guid>();
        var (blocked, release) = (Signal(), Signal());
        var host = await StartAsync(OneAtATime(executed, blocked, release));

        var blocker = await host.SubmitAsync(1, Stop);
        await WithinPatienceAsync(blocked.Task);
        var low = await host.SubmitAsync(1, Stop, host.Draft() with { Priority = Priority.Low });
        var normal = await host.SubmitAsync(1, Stop);
        var high = await host.SubmitAsync(1, Stop, host.Draft() with { Priority = Priority.High });
        await EngineUnderTest.DispatchedAsync(Database, Stop);
        release.SetResult();
        await host.WaitForEndAsync(low.Id, Stop);

        executed.ShouldBe([blocker.Id, high.Id, normal.Id, low.Id]);
    }

    [Fact]
    public async Task What_is_not_due_yet_waits_until_its_time()
    {
        var executedAt = new TaskCompletionSource<DateTimeOffset>();
        var host = await StartAsync(
            Handling(_ =>
            {
                executedAt.TrySetResult(TimeProvider.System.GetUtcNow());
                return ItemOutcome.Success();
            })
        );
        var notBefore = TimeProvider.System.GetUtcNow() + TimeSpan.FromMilliseconds(700);

        var batch = await host.SubmitAsync(1, Stop, host.Draft() with { NotBefore = notBefore });
        await host.WaitForEndAsync(batch.Id, Stop);

        (await executedAt.Task).ShouldBeGreaterThanOrEqualTo(notBefore);
    }

    [Fact]
    public async Task Outcomes_are_visible_before_their_chunk_ends()
    {
        var release = Signal();
        var host = await StartAsync(
            new EngineHostOptions
            {
                Handle = async (item, token) =>
                {
                    if (item.Index == 3)
                    {
                        await release.Task.WaitAsync(token);
                    }
                    return ItemOutcome.Success();
                },
                Kind = kind => kind.Concurrency = 1,
            }
        );

        var batch = await host.SubmitAsync(6, Stop);
        var running = await host.WaitUntilAsync(batch.Id, s => s.Counts.Succeeded == 3, Stop);
        running.Counts.ShouldBe(new BatchCounts(6, 0, 3, 3, 0, 0));
        (await host.ItemsAsync(batch.Id, Stop, ItemState.Succeeded))
            .Select(i => i.Index)
            .ShouldBe([0, 1, 2]);
        (await host.ItemsAsync(batch.Id, Stop, ItemState.Running))
            .Select(i => i.Index)
            .ShouldBe([3, 4, 5]);
        release.SetResult();

        (await host.WaitForEndAsync(batch.Id, Stop)).Counts.Succeeded.ShouldBe(6);
        (await host.ItemsAsync(batch.Id, Stop)).Count.ShouldBe(6);
    }

    [Fact]
    public async Task No_more_chunks_of_a_kind_run_than_it_allows()
    {
        var running = 0;
        var most = 0;
        var gate = new Lock();
        var host = await StartAsync(
            new EngineHostOptions
            {
                Handle = async (_, _) =>
                {
                    lock (gate)
                    {
                        most = Math.Max(most, ++running);
                    }
                    await Task.Yield();
                    lock (gate)
                    {
                        running--;
                    }
                    return ItemOutcome.Success();
                },
                Kind = kind =>
                {
                    kind.ItemsPerPage = 1;
                    kind.Concurrency = 1;
                    kind.MaxRunningPerWorker = 2;
                },
            }
        );

        var batch = await host.SubmitAsync(60, Stop);
        await host.WaitForEndAsync(batch.Id, Stop);

        most.ShouldBeInRange(1, 2);
    }

    [Fact]
    public async Task A_result_as_deep_as_an_item_may_be_is_read_back()
    {
        var host = await StartAsync(Handling(item => ItemOutcome.SuccessJson(item.Payload)));
        var deep = "{\"a\":" + new string('[', 63) + new string(']', 63) + "}";

        var batch = await host.SubmitAsync([deep], Stop);
        await host.WaitForEndAsync(batch.Id, Stop);

        var item = (await host.ItemsAsync(batch.Id, Stop)).ShouldHaveSingleItem();
        Encoding.UTF8.GetString(item.Result.Span).ShouldBe(deep);
    }

    private static EngineHostOptions OneAtATime(
        ConcurrentQueue<Guid> executed,
        TaskCompletionSource blocked,
        TaskCompletionSource release
    ) =>
        new()
        {
            Handle = async (item, token) =>
            {
                executed.Enqueue(item.BatchId);
                blocked.TrySetResult();
                await release.Task.WaitAsync(token);
                return ItemOutcome.Success();
            },
            Kind = kind => kind.ItemsPerPage = 1,
            Engine = engine => engine.Slots = 1,
        };
}
