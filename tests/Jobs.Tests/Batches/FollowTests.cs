using Jobs.Batches;
using Jobs.Kinds;
using Jobs.Testing;
using Jobs.Tests.Engine;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Batches;

/// <summary>Batches that must be done by a time, and batches that wait for others.</summary>
public sealed class FollowTests : EngineTest
{
    private static readonly ItemError Broken = new("broken", "It is broken.", Retryable: false);

    private const string LeftBehind = """
        select (select count(*) from jobs.deadlines) + (select count(*) from jobs.waits)
            + (select count(*) from jobs.ended_predecessors) + (select count(*) from jobs.chunks)
        """;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_batch_whose_time_is_over_expires_queued_or_paused(bool paused)
    {
        var host = await StartIdleAsync();
        var batch = await host.SubmitAsync(
            600,
            Stop,
            host.Draft() with
            {
                ExpiresAfter = TimeSpan.FromHours(1),
            }
        );
        if (paused)
        {
            await host.Get<BatchSteering>().PauseAsync(EngineHost.Tenant, batch.Id, Stop);
        }
        else
        {
            // What is due later expires all the same.
            await Database.ScalarAsync<int>(
                "update jobs.chunks set state = 'scheduled', due_at = now() + interval '2 hours'",
                Stop
            );
        }
        await PassDeadlinesAsync();
        await Task.WhenAll(StartAsync(), StartAsync(), StartAsync());

        var ended = await host.WaitForEndAsync(batch.Id, Stop);
        ended.State.ShouldBe(BatchState.Expired);
        ended.Counts.ShouldBe(new BatchCounts(600, 0, 0, 0, 0, 600));
        ended.ExpiresAt.ShouldNotBeNull();
        await NothingIsLeftBehindAsync(host);
    }

    [Fact]
    public async Task Running_items_of_a_batch_that_expires_are_told_to_stop()
    {
        var started = Signal();
        var host = await StartAsync(
            new EngineHostOptions
            {
                Handle = async (_, token) =>
                {
                    started.TrySetResult();
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                    return ItemOutcome.Success();
                },
                Kind = kind => kind.ItemsPerPage = 2,
                Engine = engine => engine.Slots = 1,
            }
        );
        var batch = await host.SubmitAsync(
            4,
            Stop,
            host.Draft() with
            {
                ExpiresAfter = TimeSpan.FromHours(1),
            }
        );
        await WithinPatienceAsync(started.Task);
        await PassDeadlinesAsync();

        var ended = await host.WaitForEndAsync(batch.Id, Stop);
        ended.State.ShouldBe(BatchState.Expired);
        ended.Counts.Cancelled.ShouldBe(4);
        (await host.Get<BatchSteering>().CancelAsync(EngineHost.Tenant, batch.Id, Stop)).ShouldBe(
            SteerResult.Illegal
        );
    }

    [Fact]
    public async Task A_batch_that_is_done_in_time_does_not_expire_also_when_it_is_retried_later()
    {
        var host = await StartAsync(
            Handling(item =>
                item.Attempt == 1 ? ItemOutcome.Failure(Broken) : ItemOutcome.Success()
            )
        );
        var batch = await host.SubmitAsync(
            1,
            Stop,
            host.Draft() with
            {
                ExpiresAfter = TimeSpan.FromHours(1),
            }
        );
        await host.WaitForEndAsync(batch.Id, Stop);
        await host.Get<BatchRetry>()
            .RetryAsync(EngineHost.Tenant, batch.Id, new RetryRequest(), Stop);
        await PassDeadlinesAsync();
        (await host.WaitForEndAsync(batch.Id, Stop)).Outcome.ShouldBe(BatchOutcome.Succeeded);
    }

    [Fact]
    public async Task A_chain_of_batches_is_executed_in_its_order()
    {
        var order = new List<Guid>();
        var host = await StartAsync(
            Handling(item =>
            {
                lock (order)
                {
                    order.Add(item.BatchId);
                }
                return ItemOutcome.Success();
            })
        );
        // Held back so that all are there before the first starts.
        var first = await host.SubmitAsync(3, Stop, Later(host));
        var second = await FollowAsync(host, first.Id);
        var third = await FollowAsync(host, second.Id, success: true);
        (await host.ReadAsync(third.Id, Stop)).State.ShouldBe(BatchState.Queued);
        (await Database.ScalarAsync<long>("select count(*) from jobs.waits", Stop)).ShouldBe(2);

        await BeginAsync(host, first.Id);
        (await host.WaitForEndAsync(third.Id, Stop)).Outcome.ShouldBe(BatchOutcome.Succeeded);

        order.ShouldBe([first.Id, first.Id, first.Id, second.Id, third.Id]);
        await NothingIsLeftBehindAsync(host);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_needs_the_success_of_a_batch_that_fails_is_cancelled(bool ended)
    {
        var host = await StartAsync(
            Handling(item =>
                item.Payload.Span.SequenceEqual("{\"fail\":1}"u8)
                    ? ItemOutcome.Failure(Broken)
                    : ItemOutcome.Success()
            )
        );
        var first = await host.SubmitAsync(["{\"fail\":1}"], Stop, ended ? null : Later(host));
        if (ended)
        {
            await host.WaitForEndAsync(first.Id, Stop);
        }
        var any = await FollowAsync(host, first.Id);
        var needing = await FollowAsync(host, first.Id, success: true);
        var last = await FollowAsync(host, needing.Id, success: true);
        if (!ended)
        {
            await BeginAsync(host, first.Id);
        }

        (await host.WaitForEndAsync(any.Id, Stop)).State.ShouldBe(BatchState.Completed);
        (await host.WaitForEndAsync(needing.Id, Stop)).State.ShouldBe(BatchState.Cancelled);
        (await host.WaitForEndAsync(last.Id, Stop)).State.ShouldBe(BatchState.Cancelled);
        await NothingIsLeftBehindAsync(host);
    }

    [Fact]
    public async Task The_end_of_a_batch_by_cancelling_releases_too()
    {
        var host = await StartAsync();
        var first = await host.SubmitAsync(3, Stop, Later(host));
        var next = await FollowAsync(host, first.Id);
        await host.Get<BatchSteering>().CancelAsync(EngineHost.Tenant, first.Id, Stop);
        (await host.WaitForEndAsync(next.Id, Stop)).Outcome.ShouldBe(BatchOutcome.Succeeded);
    }

    [Fact]
    public async Task A_purged_predecessor_counts_as_ended()
    {
        var host = await StartAsync();
        var first = await host.SubmitAsync(1, Stop);
        await host.WaitForEndAsync(first.Id, Stop);
        await host.Get<BatchSteering>().DeleteAsync(EngineHost.Tenant, first.Id, Stop);
        var next = await FollowAsync(host, first.Id, success: true);
        (await host.WaitForEndAsync(next.Id, Stop)).Outcome.ShouldBe(BatchOutcome.Succeeded);
    }

    [Fact]
    public async Task A_waiting_batch_is_paused_resumed_and_still_waits()
    {
        var host = await StartAsync();
        var first = await host.SubmitAsync(1, Stop, Later(host));
        var next = await FollowAsync(host, first.Id);
        var steering = host.Get<BatchSteering>();
        await steering.PauseAsync(EngineHost.Tenant, next.Id, Stop);
        await steering.ResumeAsync(EngineHost.Tenant, next.Id, Stop);
        (
            await Database.ScalarAsync<string>(
                "select state from jobs.chunks where batch_id = $1",
                Stop,
                next.Id
            )
        ).ShouldBe("held");

        await steering.PauseAsync(EngineHost.Tenant, next.Id, Stop);
        await BeginAsync(host, first.Id);
        await host.WaitForEndAsync(first.Id, Stop);
        await UntilNobodyWaitsAsync(host);
        (await host.ReadAsync(next.Id, Stop)).State.ShouldBe(BatchState.Paused);
        await steering.ResumeAsync(EngineHost.Tenant, next.Id, Stop);
        (await host.WaitForEndAsync(next.Id, Stop)).Outcome.ShouldBe(BatchOutcome.Succeeded);
    }

    [Fact]
    public async Task An_unknown_predecessor_or_another_tenants_refuses_the_batch()
    {
        var host = await StartIdleAsync();
        var mine = await host.SubmitAsync(1, Stop);
        foreach (
            var draft in new[]
            {
                host.Draft() with
                {
                    After = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()),
                },
                host.Draft() with
                {
                    TenantId = EngineHost.OtherTenant,
                    After = mine.Id,
                },
            }
        )
        {
            var refused = await Should.ThrowAsync<BatchRefusedException>(() =>
                host.SubmitAsync(1, Stop, draft)
            );
            refused.Errors[0].Field.ShouldBe("after");
        }
        (await Database.ScalarAsync<long>("select count(*) from jobs.batches", Stop)).ShouldBe(1);
    }

    [Fact]
    public async Task Nobody_is_forgotten_who_is_submitted_while_the_predecessor_ends()
    {
        var host = await StartAsync();
        await StartAsync();
        for (var round = 0; round < 20; round++)
        {
            var first = await host.SubmitAsync(1, Stop);
            var next = await Task.WhenAll(
                Enumerable
                    .Range(0, 4)
                    .Select(_ => Task.Run(() => FollowAsync(host, first.Id), Stop))
            );
            foreach (var batch in next)
            {
                (await host.WaitForEndAsync(batch.Id, Stop)).Outcome.ShouldBe(
                    BatchOutcome.Succeeded
                );
            }
        }
        await NothingIsLeftBehindAsync(host);
    }

    private static BatchDraft Later(EngineHost host) =>
        host.Draft() with
        {
            NotBefore = TimeProvider.System.GetUtcNow().AddHours(1),
        };

    private static Task<BatchStatus> FollowAsync(
        EngineHost host,
        Guid after,
        bool success = false
    ) => host.SubmitAsync(1, Stop, host.Draft() with { After = after, AfterSuccess = success });

    private async Task BeginAsync(EngineHost host, Guid id)
    {
        await Database.ScalarAsync<int>(
            "update jobs.chunks set due_at = now() where batch_id = $1 and state = 'scheduled'",
            Stop,
            id
        );
        host.Get<Jobs.Engine.WorkSignal>().Announce(scheduled: true);
    }

    private Task<int> PassDeadlinesAsync() =>
        Database.ScalarAsync<int>("update jobs.deadlines set at = now()", Stop);

    private async Task UntilNobodyWaitsAsync(EngineHost host)
    {
        using var watch = host.Get<BatchChanges>().Begin(Guid.Empty);
        while (await Database.ScalarAsync<long>("select count(*) from jobs.waits", Stop) > 0)
        {
            await watch.WaitAsync(TimeSpan.FromMilliseconds(20), Stop);
        }
    }

    private async Task NothingIsLeftBehindAsync(EngineHost host)
    {
        using var watch = host.Get<BatchChanges>().Begin(Guid.Empty);
        for (
            var look = 0;
            look < 500 && await Database.ScalarAsync<long>(LeftBehind, Stop) > 0;
            look++
        )
        {
            await watch.WaitAsync(TimeSpan.FromMilliseconds(20), Stop);
        }
        (await Database.ScalarAsync<long>(LeftBehind, Stop)).ShouldBe(0);
    }
}
