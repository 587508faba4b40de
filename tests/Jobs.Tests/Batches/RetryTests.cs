using Jobs.Batches;
using Jobs.Kinds;
using Jobs.Testing;
using Jobs.Tests.Engine;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Batches;

/// <summary>Failed and cancelled items are executed again in their places.</summary>
public sealed class RetryTests : EngineTest
{
    private static readonly ItemError Broken = new("broken", "It is broken.", Retryable: false);
    private static readonly ItemError Odd = new("odd", "It is odd.", Retryable: false);

    [Fact]
    public async Task Failures_of_an_ended_batch_are_replaced_for_every_reader()
    {
        var mended = false;
        var host = await StartAsync(
            Handling(item =>
                mended || item.Index % 3 != 0 ? ItemOutcome.Success()
                : item.Index % 2 == 0 ? ItemOutcome.Failure(Broken)
                : ItemOutcome.Failure(Odd)
            )
        );
        var batch = await host.SubmitAsync(1_200, Stop);
        var first = await host.WaitForEndAsync(batch.Id, Stop);
        first.Outcome.ShouldBe(BatchOutcome.Partial);
        first.Counts.Failed.ShouldBe(400);

        (await CountAsync(host, batch.Id)).ShouldBe(400);
        (await CountAsync(host, batch.Id, "odd")).ShouldBe(200);
        (await CountAsync(host, batch.Id, "no such")).ShouldBe(0);
        mended = true;
        (await RetryAsync(host, batch.Id, "odd")).ShouldBe(200);
        var second = await host.WaitForEndAsync(batch.Id, Stop);

        second.State.ShouldBe(BatchState.Completed);
        second.Counts.ShouldBe(new BatchCounts(1_200, 0, 0, 1_000, 200, 0));
        (await ErrorsAsync(host, batch.Id)).ShouldBe([("broken", 200)]);
        (await host.ItemsAsync(batch.Id, Stop, ItemState.Failed)).Count.ShouldBe(200);
        var items = await host.ItemsAsync(batch.Id, Stop);
        items.Select(i => i.Index).ShouldBe(Enumerable.Range(0, 1_200));
        items
            .Where(i => i.Index % 6 == 3)
            .ShouldAllBe(i => i.State == ItemState.Succeeded && i.Attempts == 2);

        (await RetryAsync(host, batch.Id)).ShouldBe(200);
        var third = await host.WaitForEndAsync(batch.Id, Stop);
        third.Outcome.ShouldBe(BatchOutcome.Succeeded);
        (await ErrorsAsync(host, batch.Id)).ShouldBeEmpty();
        (await host.ItemsAsync(batch.Id, Stop, ItemState.Failed)).ShouldBeEmpty();
        (await RetryAsync(host, batch.Id)).ShouldBe(0);
        (await host.ReadAsync(batch.Id, Stop)).Version.ShouldBe(third.Version);
    }

    [Fact]
    public async Task While_retried_items_wait_they_are_pending_and_nothing_of_their_failure_shows()
    {
        var host = await StartAsync(
            Handling(item => item.Index == 1 ? ItemOutcome.Failure(Broken) : ItemOutcome.Success())
        );
        var batch = await host.SubmitAsync(3, Stop);
        var ended = await host.WaitForEndAsync(batch.Id, Stop);
        await host.StopAsync(Stop);

        var idle = await StartIdleAsync();
        (await RetryAsync(idle, batch.Id)).ShouldBe(1);

        var status = await idle.ReadAsync(batch.Id, Stop);
        status.State.ShouldBe(BatchState.Running);
        status.Counts.ShouldBe(new BatchCounts(3, 1, 0, 2, 0, 0));
        status.FinishedAt.ShouldBeNull();
        status.ExpiresAt.ShouldBeNull();
        status.Outcome.ShouldBeNull();
        status.StartedAt.ShouldBe(ended.StartedAt);
        (await ErrorsAsync(idle, batch.Id)).ShouldBeEmpty();
        var item = (await idle.ItemsAsync(batch.Id, Stop))[1];
        (item.State, item.Attempts).ShouldBe((ItemState.Pending, 1));
        (
            await idle.Get<ItemReader>()
                .ReadFailuresSinceAsync(EngineHost.Tenant, batch.Id, 0, long.MaxValue, 10, Stop)
        ).ShouldBeEmpty();
    }

    [Fact]
    public async Task Attempts_go_on_and_the_limit_counts_anew()
    {
        var attempts = new List<int>();
        var host = await StartAsync(
            Handling(item =>
            {
                lock (attempts)
                {
                    attempts.Add(item.Attempt);
                }
                return ItemOutcome.Failure(Transient);
            })
        );
        var batch = await host.SubmitAsync(1, Stop, host.Draft() with { MaxAttempts = 2 });
        await host.WaitForEndAsync(batch.Id, Stop);
        await RetryAsync(host, batch.Id);
        var ended = await host.WaitForEndAsync(batch.Id, Stop);

        attempts.ShouldBe([1, 2, 3, 4]);
        ended.Counts.Failed.ShouldBe(1);
        ended.Outcome.ShouldBe(BatchOutcome.Failed);
        (await host.ItemsAsync(batch.Id, Stop))[0].Attempts.ShouldBe(4);
        (await ErrorsAsync(host, batch.Id)).ShouldBe([("busy", 1)]);
    }

    [Fact]
    public async Task Cancelled_items_are_retried_when_asked_for()
    {
        var host = await StartIdleAsync();
        var batch = await host.SubmitAsync(1_100, Stop);
        await host.Get<BatchSteering>().CancelAsync(EngineHost.Tenant, batch.Id, Stop);
        (await CountAsync(host, batch.Id)).ShouldBe(0);
        (await RetryAsync(host, batch.Id)).ShouldBe(0);

        (await RetryAsync(host, batch.Id, status: ItemState.Cancelled)).ShouldBe(1_100);
        (await host.ReadAsync(batch.Id, Stop)).Counts.ShouldBe(
            new BatchCounts(1_100, 1_100, 0, 0, 0, 0)
        );
        await StartAsync();
        var ended = await host.WaitForEndAsync(batch.Id, Stop);

        (ended.State, ended.Outcome).ShouldBe((BatchState.Completed, BatchOutcome.Succeeded));
        (await host.ItemsAsync(batch.Id, Stop)).ShouldAllBe(i =>
            i.State == ItemState.Succeeded && i.Attempts == 1
        );
    }

    [Fact]
    public async Task Failures_of_a_running_batch_are_retried_while_the_rest_runs()
    {
        var release = Signal();
        var host = await StartAsync(
            new EngineHostOptions
            {
                Handle = async (item, _) =>
                {
                    if (item.Index == 0)
                    {
                        return item.Attempt == 1
                            ? ItemOutcome.Failure(Broken)
                            : ItemOutcome.Success();
                    }
                    await release.Task;
                    return ItemOutcome.Success();
                },
                Kind = kind => kind.ItemsPerPage = 1,
            }
        );
        var batch = await host.SubmitAsync(2, Stop);
        await host.WaitUntilAsync(batch.Id, s => s.Counts.Failed == 1, Stop);

        (await RetryAsync(host, batch.Id)).ShouldBe(1);
        var going = await host.WaitUntilAsync(batch.Id, s => s.Counts.Succeeded == 1, Stop);
        going.Counts.Failed.ShouldBe(0);
        release.SetResult();
        (await host.WaitForEndAsync(batch.Id, Stop)).Outcome.ShouldBe(BatchOutcome.Succeeded);
    }

    [Fact]
    public async Task Retried_items_of_a_paused_batch_are_held()
    {
        var host = await StartAsync(
            new EngineHostOptions
            {
                Handle = (item, _) =>
                    ValueTask.FromResult(
                        item.Attempt == 1 ? ItemOutcome.Failure(Broken) : ItemOutcome.Success()
                    ),
            }
        );
        var blocked = host.Draft() with { NotBefore = TimeProvider.System.GetUtcNow().AddHours(1) };
        var batch = await host.SubmitAsync(1, Stop, blocked);
        // Of two chunks one has failed, the other waits.
        await Database.ScalarAsync<int>(
            """
            with o as (
                insert into jobs.outcome_pages (batch_id, page, version, part, attempt, succeeded, failed, cancelled, outcomes, error_codes)
                select id, 0, 2, 1, 1, 0, 1, 0, E'[0,1,null,{"code":"broken","message":"m","retryable":false}]\n', '{"broken": 1}'
                from jobs.batches)
            update jobs.batches set total = 2, failed = 1, version = 2
            """,
            Stop
        );
        await host.Get<BatchSteering>().PauseAsync(EngineHost.Tenant, batch.Id, Stop);
        (await RetryAsync(host, batch.Id)).ShouldBe(1);
        (await host.ReadAsync(batch.Id, Stop)).State.ShouldBe(BatchState.Paused);
        (
            await Database.ScalarAsync<long>(
                "select count(*) from jobs.chunks where state = 'held'",
                Stop
            )
        ).ShouldBe(2);
    }

    [Fact]
    public async Task A_batch_of_one_hundred_thousand_failures_is_retried_whole()
    {
        var host = await StartAsync(
            Handling(item =>
                item.Attempt == 1 ? ItemOutcome.Failure(Broken) : ItemOutcome.Success()
            )
        );
        var batch = await host.SubmitAsync(100_000, Stop);
        await host.WaitForEndAsync(batch.Id, Stop);
        (await RetryAsync(host, batch.Id)).ShouldBe(100_000);
        var ended = await host.WaitForEndAsync(batch.Id, Stop);
        ended.Counts.ShouldBe(new BatchCounts(100_000, 0, 0, 100_000, 0, 0));
    }

    private static async Task<int> CountAsync(EngineHost host, Guid id, string? code = null)
    {
        var counted = await host.Get<BatchRetry>()
            .CountAsync(EngineHost.Tenant, id, new RetryRequest(ErrorCode: code), Stop);
        counted.Result.ShouldBe(SteerResult.Done);
        return counted.Items;
    }

    private static async Task<int> RetryAsync(
        EngineHost host,
        Guid id,
        string? code = null,
        ItemState status = ItemState.Failed
    )
    {
        var retried = await host.Get<BatchRetry>()
            .RetryAsync(EngineHost.Tenant, id, new RetryRequest(status, code), Stop);
        retried.Result.ShouldBe(SteerResult.Done);
        return retried.Items;
    }

    private static async Task<List<(string, int)>> ErrorsAsync(EngineHost host, Guid id) =>
        [
            .. (await host.Get<ItemReader>().ReadErrorsAsync(EngineHost.Tenant, id, Stop)).Select(
                e => (e.Code, e.Count)
            ),
        ];
}
