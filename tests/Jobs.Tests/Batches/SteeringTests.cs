using System.Text;
using Jobs.Batches;
using Jobs.Kinds;
using Jobs.Testing;
using Jobs.Tests.Engine;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Batches;

/// <summary>Cancelling and deleting, and reading what came of a batch.</summary>
public sealed class SteeringTests : EngineTest
{
    [Fact]
    public async Task A_queued_batch_is_cancelled_at_once_with_an_outcome_for_every_item()
    {
        var host = await StartIdleAsync();
        var batch = await host.SubmitAsync(1_100, Stop);

        var result = await CancelAsync(host, batch.Id);

        result.ShouldBe(SteerResult.Done);
        var status = await host.ReadAsync(batch.Id, Stop);
        status.State.ShouldBe(BatchState.Cancelled);
        status.Counts.ShouldBe(new BatchCounts(1_100, 0, 0, 0, 0, 1_100));
        status.FinishedAt.ShouldNotBeNull();
        var items = await host.ItemsAsync(batch.Id, Stop);
        items.Select(i => i.Index).ShouldBe(Enumerable.Range(0, 1_100));
        items.ShouldAllBe(i => i.State == ItemState.Cancelled && i.Attempts == 0);
        (await CancelAsync(host, batch.Id)).ShouldBe(SteerResult.Already);
    }

    [Fact]
    public async Task Running_items_are_told_to_stop_and_end_cancelled()
    {
        var (started, told) = (Signal(), Signal());
        var worker = await StartAsync(
            new EngineHostOptions
            {
                Handle = async (item, token) =>
                {
                    if (item.Index == 0)
                    {
                        return ItemOutcome.Success();
                    }
                    started.TrySetResult();
                    await using var _ = token.Register(() => told.TrySetResult());
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                    return ItemOutcome.Success();
                },
                Kind = kind => (kind.Concurrency, kind.ItemsPerPage) = (1, 3),
                Engine = engine => (engine.Slots, engine.LeaseTime) = (1, TimeSpan.FromMinutes(5)),
            }
        );
        // From another process: the worker hears of it.
        var other = await StartIdleAsync();
        var batch = await other.SubmitAsync(7, Stop);
        await WithinPatienceAsync(started.Task);

        (await CancelAsync(other, batch.Id)).ShouldBe(SteerResult.Done);
        var status = await other.WaitForEndAsync(batch.Id, Stop);

        await WithinPatienceAsync(told.Task);
        status.State.ShouldBe(BatchState.Cancelled);
        status.Outcome.ShouldBeNull();
        status.Counts.ShouldBe(new BatchCounts(7, 0, 0, 1, 0, 6));
        (await worker.ItemsAsync(batch.Id, Stop))
            .Select(i => (i.Index, i.State))
            .ShouldBe(
                Enumerable
                    .Range(0, 7)
                    .Select(n => (n, n == 0 ? ItemState.Succeeded : ItemState.Cancelled))
            );
    }

    [Fact]
    public async Task A_running_item_that_succeeds_all_the_same_keeps_its_result()
    {
        var (started, release) = (Signal(), Signal());
        var host = await StartAsync(
            new EngineHostOptions
            {
                Handle = async (_, _) =>
                {
                    started.TrySetResult();
                    await release.Task;
                    return ItemOutcome.SuccessJson("1"u8.ToArray());
                },
            }
        );
        var batch = await host.SubmitAsync(1, Stop);
        await WithinPatienceAsync(started.Task);

        await CancelAsync(host, batch.Id);
        (await host.ReadAsync(batch.Id, Stop)).State.ShouldBe(BatchState.Cancelling);
        (await CancelAsync(host, batch.Id)).ShouldBe(SteerResult.Already);
        release.SetResult();
        var status = await host.WaitForEndAsync(batch.Id, Stop);

        status.State.ShouldBe(BatchState.Cancelled);
        status.Counts.ShouldBe(new BatchCounts(1, 0, 0, 1, 0, 0));
    }

    [Fact]
    public async Task Retries_that_wait_for_their_time_are_cancelled_with_their_attempts()
    {
        var host = await StartAsync(
            Handling(_ =>
                ItemOutcome.Failure(Transient with { RetryAfter = TimeSpan.FromHours(1) })
            )
        );
        var batch = await host.SubmitAsync(2, Stop);
        await host.WaitUntilAsync(
            batch.Id,
            s => s.State == BatchState.Running && s.Counts.Running == 0,
            Stop
        );

        await CancelAsync(host, batch.Id);

        var status = await host.ReadAsync(batch.Id, Stop);
        status.State.ShouldBe(BatchState.Cancelled);
        (await host.ItemsAsync(batch.Id, Stop))
            .Select(i => (i.State, i.Attempts))
            .ShouldBe([(ItemState.Cancelled, 1), (ItemState.Cancelled, 1)]);
    }

    [Fact]
    public async Task What_has_ended_cannot_be_cancelled_and_what_is_anothers_is_not_there()
    {
        var host = await StartAsync();
        var batch = await host.SubmitAsync(1, Stop);
        await host.WaitForEndAsync(batch.Id, Stop);
        var steering = host.Get<BatchSteering>();

        (await CancelAsync(host, batch.Id)).ShouldBe(SteerResult.Illegal);
        (await steering.CancelAsync(EngineHost.OtherTenant, batch.Id, Stop)).ShouldBe(
            SteerResult.NotFound
        );
        (await steering.DeleteAsync(EngineHost.OtherTenant, batch.Id, Stop)).ShouldBe(
            SteerResult.NotFound
        );
        (await CancelAsync(host, Guid.Empty)).ShouldBe(SteerResult.NotFound);
        (
            await host.Get<BatchReader>().GetAsync(EngineHost.OtherTenant, batch.Id, Stop)
        ).ShouldBeNull();
        (await host.ReadAsync(batch.Id, Stop)).State.ShouldBe(BatchState.Completed);
    }

    [Fact]
    public async Task Deleting_an_ended_batch_leaves_a_tombstone()
    {
        var host = await StartAsync();
        var batch = await host.SubmitAsync(600, Stop);
        await host.WaitForEndAsync(batch.Id, Stop);
        var steering = host.Get<BatchSteering>();

        (await steering.DeleteAsync(EngineHost.Tenant, batch.Id, Stop)).ShouldBe(SteerResult.Done);

        (await host.ReadAsync(batch.Id, Stop)).Purged.ShouldBeTrue();
        (await Database.RowsAsync(Stop)).ShouldStartWith(
            "batches 1, pages 0, chunks 0, outcomes 0"
        );
        (
            await host.Get<BatchReader>().ListAsync(EngineHost.Tenant, new BatchFilter(), Stop)
        ).ShouldBeEmpty();
        (await steering.DeleteAsync(EngineHost.Tenant, batch.Id, Stop)).ShouldBe(
            SteerResult.NotFound
        );
    }

    [Fact]
    public async Task A_batch_that_has_not_ended_cannot_be_deleted()
    {
        var host = await StartIdleAsync();
        var batch = await host.SubmitAsync(1, Stop);
        var before = await Database.RowsAsync(Stop);

        (await host.Get<BatchSteering>().DeleteAsync(EngineHost.Tenant, batch.Id, Stop)).ShouldBe(
            SteerResult.Illegal
        );

        (await Database.RowsAsync(Stop)).ShouldBe(before);
    }

    [Fact]
    public async Task Failures_are_grouped_by_code_most_frequent_first_with_a_sample_each()
    {
        var host = await StartAsync(
            Handling(item =>
                item.Index switch
                {
                    < 700 => ItemOutcome.Success(),
                    < 1_000 => ItemOutcome.Failure("common", "c"),
                    < 1_010 => ItemOutcome.Failure("rare", "r"),
                    _ => ItemOutcome.Success(),
                }
            )
        );
        var batch = await host.SubmitAsync(1_500, Stop);
        await host.WaitForEndAsync(batch.Id, Stop);

        var groups = await host.Get<ItemReader>()
            .ReadErrorsAsync(EngineHost.Tenant, batch.Id, Stop);

        groups.Select(g => (g.Code, g.Count)).ShouldBe([("common", 300), ("rare", 10)]);
        groups.Select(g => g.Sample.Index).ShouldBe([700, 1_000]);
        Encoding.UTF8.GetString(groups[1].Sample.Error.Span).ShouldContain("\"r\"");
    }

    [Theory]
    [InlineData(ItemState.Succeeded, 900)]
    [InlineData(ItemState.Failed, 600)]
    [InlineData(ItemState.Cancelled, 0)]
    [InlineData(ItemState.Pending, 0)]
    public async Task Items_are_read_by_state_in_their_order(ItemState state, int count)
    {
        var host = await StartAsync(
            Handling(item =>
                item.Index % 5 < 3 ? ItemOutcome.Success() : ItemOutcome.Failure("f", "")
            )
        );
        var batch = await host.SubmitAsync(1_500, Stop);
        await host.WaitForEndAsync(batch.Id, Stop);

        var items = await host.ItemsAsync(batch.Id, Stop, state);

        items.Count.ShouldBe(count);
        items.ShouldAllBe(i => i.State == state);
        items.Select(i => i.Index).ShouldBeInOrder();
    }

    [Fact]
    public async Task A_list_is_newest_first_and_goes_on_where_it_ended()
    {
        var host = await StartIdleAsync();
        var ids = new List<Guid>();
        for (var i = 0; i < 5; i++)
        {
            ids.Add(
                (
                    await host.SubmitAsync(
                        1,
                        Stop,
                        host.Draft() with
                        {
                            Priority = (Priority)(i % 3),
                        }
                    )
                ).Id
            );
        }
        // Ids of one millisecond have no order of their own.
        ids = [.. ids.OrderByDescending(id => id.ToString(), StringComparer.Ordinal)];
        var reader = host.Get<BatchReader>();

        var first = await reader.ListAsync(EngineHost.Tenant, new BatchFilter { Limit = 3 }, Stop);
        var second = await reader.ListAsync(
            EngineHost.Tenant,
            new BatchFilter { Limit = 3, Before = first[^1].Id },
            Stop
        );
        var high = await reader.ListAsync(
            EngineHost.Tenant,
            new BatchFilter { Priority = Priority.High, State = BatchState.Queued },
            Stop
        );

        first.Concat(second).Select(b => b.Id).ShouldBe(ids);
        high.Count.ShouldBe(2);
        (await reader.ListAsync(EngineHost.OtherTenant, new BatchFilter(), Stop)).ShouldBeEmpty();
    }

    private static Task<SteerResult> CancelAsync(EngineHost host, Guid id) =>
        host.Get<BatchSteering>().CancelAsync(EngineHost.Tenant, id, Stop);
}
