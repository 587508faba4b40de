using Jobs.Batches;
using Jobs.Kinds;
using Jobs.Testing;
using Jobs.Testing.Chaos;
using Jobs.Tests.Engine;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Batches;

/// <summary>
/// One batch on several workers, steered at random by several callers while chunks are lost and workers stop: the laws
/// hold in every snapshot, and at the end every item has one outcome.
/// </summary>
public sealed class SteeringLawsTests : EngineTest
{
    private const int Items = 300;
    private const int Callers = 3;
    private const int Steps = 60;
    private const int LeastReads = 10;

    // A worker that is not there: who looks after the dead finds it.
    private const string LoseOne = """
        update jobs.chunks c set worker_id = gen_random_uuid()
        where (c.batch_id, c.id) in (
            select l.batch_id, l.id from jobs.chunks l where l.state = 'leased' limit 1 for update skip locked)
        """;

    private volatile bool mended;
    private volatile int reads;
    private volatile bool readerEnded;
    private int started;

    private BatchLaws Laws => new(Database.DataSource.Requests);

    public static TheoryData<int> Seeds => [1, 2, Environment.TickCount & 0xFFFF];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Counts_add_up_and_every_item_ends_with_one_outcome(int seed)
    {
        var options = new EngineHostOptions
        {
            Handle = HandleAsync,
            Kind = kind => (kind.ItemsPerPage, kind.Concurrency) = (5, 2),
            Engine = engine =>
            {
                engine.Slots = 3;
                engine.LeaseTime = TimeSpan.FromSeconds(1);
                engine.GracePeriod = TimeSpan.Zero;
                engine.MaxDeliveries = 100;
            },
        };
        var caller = await StartIdleAsync(options);
        var workers = await Task.WhenAll(
            Enumerable.Range(0, 3).Select(_ => EngineHost.StartAsync(Database, options, Stop))
        );
        var batch = await caller.SubmitAsync(Items, Stop);
        using var steered = new CancellationTokenSource();
        var reading = ReadAsync(caller, batch.Id, seed, steered.Token);

        await Task.WhenAll(
            Enumerable
                .Range(0, Callers)
                .Select(n => Task.Run(() => SteerAsync(caller, batch.Id, new(seed + n)), Stop))
        );
        // One goes in the middle of its work.
        await workers[0].DisposeAsync();

        await RestAsync(caller, batch.Id);
        mended = true;
        var ended = await SucceedAsync(caller, batch.Id);
        await steered.CancelAsync();
        await reading;
        reads.ShouldBeGreaterThan(LeastReads);

        ended.Counts.ShouldBe(new BatchCounts(Items, 0, 0, Items, 0, 0), $"seed {seed}");
        var items = await caller.ItemsAsync(batch.Id, Stop);
        items.Select(i => i.Index).ShouldBe(Enumerable.Range(0, Items), $"seed {seed}");
        items.ShouldAllBe(i => i.State == ItemState.Succeeded);
        (await Laws.BrokenAsync(batch.Id, Stop)).ShouldBeNull();
        foreach (var worker in workers)
        {
            await worker.DisposeAsync();
        }
    }

    private async ValueTask<ItemOutcome> HandleAsync(Item item, CancellationToken token)
    {
        Interlocked.Increment(ref started);
        await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, token);
        return mended ? ItemOutcome.Success()
            : (item.Index + item.Attempt) % 4 == 0
                ? ItemOutcome.Failure(new ItemError("broken", "It is broken.", Retryable: false))
            : (item.Index + item.Attempt) % 5 == 0 ? ItemOutcome.Failure(Transient)
            : ItemOutcome.Success();
    }

    private async Task SteerAsync(EngineHost host, Guid id, Random random)
    {
        var steering = host.Get<BatchSteering>();
        var retry = host.Get<BatchRetry>();
        // On until there were enough looks at it, however slow the machine; a reader that failed ends the wait.
        for (var step = 0; step < Steps || (reads <= LeastReads && !readerEnded); step++)
        {
            switch (random.Next(20))
            {
                case < 5:
                    await steering.PauseAsync(EngineHost.Tenant, id, Stop);
                    break;
                case < 11:
                    await steering.ResumeAsync(EngineHost.Tenant, id, Stop);
                    break;
                case < 14:
                    var code = random.Next(2) == 0 ? null : "broken";
                    await retry.RetryAsync(EngineHost.Tenant, id, new(ErrorCode: code), Stop);
                    break;
                case < 16:
                    await retry.RetryAsync(EngineHost.Tenant, id, new(ItemState.Cancelled), Stop);
                    break;
                case < 17:
                    await steering.CancelAsync(EngineHost.Tenant, id, Stop);
                    break;
                default:
                    await Database.ScalarAsync<int>(LoseOne, Stop);
                    break;
            }
        }
    }

    // Whatever is left of it is paused, ends what it holds, and then stands still.
    private async Task RestAsync(EngineHost host, Guid id)
    {
        await host.WaitUntilAsync(id, s => s.State != BatchState.Cancelling, Stop);
        foreach (var status in (ItemState[])[ItemState.Cancelled, ItemState.Failed])
        {
            await host.Get<BatchRetry>().RetryAsync(EngineHost.Tenant, id, new(status), Stop);
        }
        await host.Get<BatchSteering>().PauseAsync(EngineHost.Tenant, id, Stop);
        var still = await host.WaitUntilAsync(id, s => s.Counts.Running == 0, Stop);
        // A worker that lost a chunk without knowing ends it meanwhile.
        await host.WaitForEndAsync((await host.SubmitAsync(50, Stop)).Id, Stop);
        var before = Volatile.Read(ref started);
        // Another batch passes: the workers are at work and leave this one alone.
        await host.WaitForEndAsync((await host.SubmitAsync(1, Stop)).Id, Stop);
        if (still.State == BatchState.Paused)
        {
            Volatile.Read(ref started).ShouldBeLessThanOrEqualTo(before + host.Draft().MaxAttempts);
            (await host.ReadAsync(id, Stop)).ShouldBe(
                still with
                {
                    ItemsPerSecond = null,
                    EtaMs = null,
                },
                Same
            );
        }
        await host.Get<BatchSteering>().ResumeAsync(EngineHost.Tenant, id, Stop);
    }

    private static readonly EqualityComparer<BatchStatus> Same =
        EqualityComparer<BatchStatus>.Create(
            (a, b) => a?.Version == b?.Version && a?.Counts == b?.Counts && a?.State == b?.State
        );

    private static async Task<BatchStatus> SucceedAsync(EngineHost host, Guid id)
    {
        while (true)
        {
            var ended = await host.WaitForEndAsync(id, Stop);
            var retry = host.Get<BatchRetry>();
            var items =
                (await retry.RetryAsync(EngineHost.Tenant, id, new(), Stop)).Items
                + (
                    await retry.RetryAsync(EngineHost.Tenant, id, new(ItemState.Cancelled), Stop)
                ).Items;
            if (items == 0)
            {
                return ended;
            }
        }
    }

    private async Task ReadAsync(EngineHost host, Guid id, int seed, CancellationToken end)
    {
        try
        {
            while (!end.IsCancellationRequested)
            {
                (await Laws.BrokenAsync(id, Stop)).ShouldBeNull($"seed {seed}");
                ShouldAddUp(await host.ReadAsync(id, Stop));
                (await host.ItemsAsync(id, Stop)).Count.ShouldBe(Items);
                reads++;
            }
        }
        finally
        {
            readerEnded = true;
        }
    }
}
