using System.Collections.Concurrent;
using Jobs.Batches;
using Jobs.Kinds;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.HangfireEngine.Tests;

/// <summary>Processes of both engines on one database, and from one to the other and back in the middle of a batch.</summary>
public sealed class BothEnginesTests : HangfireTest
{
    [Fact]
    public async Task They_share_a_batch_and_every_item_has_one_outcome()
    {
        var executed = new ConcurrentDictionary<(int Index, int Attempt), int>();
        var by = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        var hangfire = await StartAsync(Counting("hangfire", executed, by));
        await StartNativeAsync(Counting("native", executed, by));

        var batch = await hangfire.SubmitAsync(1_000, Stop);
        var ended = await hangfire.WaitForEndAsync(batch.Id, Stop);

        ended.Counts.Succeeded.ShouldBe(1_000);
        executed.Count.ShouldBe(1_000 + (1_000 / 5));
        executed.Values.ShouldAllBe(times => times == 1);
        by.Keys.Order(StringComparer.Ordinal).ShouldBe(["hangfire", "native"]);
        (await hangfire.ItemsAsync(batch.Id, Stop)).ShouldAllBe(i =>
            i.Attempts == (i.Index % 5 == 0 ? 2 : 1)
        );
    }

    [Fact]
    public async Task Limits_hold_between_them()
    {
        await Database.ScalarAsync<int>(
            "update jobs.tenants set max_running = 3 where id = 2",
            Stop
        );
        var (now, most) = (0, 0);
        var gate = new Lock();
        var options = new EngineHostOptions
        {
            Handle = async (_, _) =>
            {
                lock (gate)
                {
                    most = Math.Max(most, ++now);
                }
                await Task.Yield();
                lock (gate)
                {
                    now--;
                }
                return ItemOutcome.Success();
            },
            Kind = kind => (kind.ItemsPerPage, kind.Concurrency) = (1, 1),
        };
        var hangfire = await StartAsync(options);
        await StartNativeAsync(options);

        var batch = await hangfire.SubmitAsync(300, Stop);
        var ended = await hangfire.WaitForEndAsync(batch.Id, Stop);

        ended.Counts.Succeeded.ShouldBe(300);
        most.ShouldBeInRange(1, 3);
    }

    [Fact]
    public async Task A_batch_goes_from_one_to_the_other_and_back()
    {
        var executed = new ConcurrentDictionary<(int Index, int Attempt), int>();
        var by = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        var caller = await StartIdleAsync(new() { Kind = kind => kind.ItemsPerPage = 10 });
        var batch = await caller.SubmitAsync(1_000, Stop);

        var hangfire = await StartAsync(Counting("hangfire", executed, by));
        await caller.WaitUntilAsync(batch.Id, s => s.Counts.Succeeded > 200, Stop);
        await hangfire.StopAsync(Stop);
        var between = await caller.ReadAsync(batch.Id, Stop);
        between.State.ShouldBe(BatchState.Running);
        between.Counts.Running.ShouldBe(0);

        var native = await StartNativeAsync(Counting("native", executed, by));
        await caller.WaitUntilAsync(
            batch.Id,
            s => s.Counts.Succeeded > between.Counts.Succeeded + 200,
            Stop
        );
        await native.StopAsync(Stop);

        await StartAsync(Counting("hangfire again", executed, by));
        var ended = await caller.WaitForEndAsync(batch.Id, Stop);

        ended.Counts.Succeeded.ShouldBe(1_000);
        executed.Values.ShouldAllBe(times => times == 1);
        by.ContainsKey("hangfire").ShouldBeTrue();
        by.ContainsKey("native").ShouldBeTrue();
        await UntilAsync("select count(*) = 0 from jobs.dispatches");
    }

    private static EngineHostOptions Counting(
        string name,
        ConcurrentDictionary<(int Index, int Attempt), int> executed,
        ConcurrentDictionary<string, int> by
    ) =>
        new()
        {
            Handle = async (item, token) =>
            {
                await Task.Delay(TimeSpan.FromMilliseconds(8), TimeProvider.System, token);
                executed.AddOrUpdate((item.Index, item.Attempt), 1, (_, times) => times + 1);
                by.AddOrUpdate(name, 1, (_, times) => times + 1);
                return item.Index % 5 == 0 && item.Attempt == 1
                    ? ItemOutcome.Failure(Transient)
                    : ItemOutcome.Success();
            },
            Kind = kind => (kind.ItemsPerPage, kind.Concurrency) = (10, 1),
            Engine = engine => engine.Slots = 2,
        };
}
