using Jobs.Batches;
using Jobs.Engine;
using Jobs.Kinds;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Engine;

/// <summary>Settlements as they reach the database: late, twice, many at once.</summary>
public sealed class SettlerTests : EngineTest
{
    private static readonly EngineOptions Options = new();

    [Fact]
    public async Task A_partial_settlement_that_is_sent_twice_counts_once()
    {
        var host = await StartIdleAsync();
        var batch = await host.SubmitAsync(4, Stop);
        var chunk = (await LeaseAsync(host)).ShouldHaveSingleItem();

        var first = Progress(chunk);
        var again = Progress(chunk);
        await SettleAsync(host, first);
        await SettleAsync(await StartIdleAsync(), again);

        (await first.Applied).ShouldBeTrue();
        // The second is the first whose answer was lost: its writer still holds the chunk.
        (await again.Applied).ShouldBeTrue();
        var status = await host.ReadAsync(batch.Id, Stop);
        status.Counts.ShouldBe(new BatchCounts(4, 0, 2, 2, 0, 0));
        (await OutcomesAsync()).ShouldBe(2);
    }

    [Fact]
    public async Task A_final_settlement_that_is_sent_twice_counts_once()
    {
        var host = await StartIdleAsync();
        var batch = await host.SubmitAsync(4, Stop);
        var chunk = (await LeaseAsync(host)).ShouldHaveSingleItem();

        await SettleAsync(host, Final(chunk));
        await SettleAsync(await StartIdleAsync(), Final(chunk));

        (await host.ReadAsync(batch.Id, Stop)).Counts.ShouldBe(new BatchCounts(4, 1, 0, 3, 0, 0));
        (await OutcomesAsync()).ShouldBe(3);
        (await Database.ScalarAsync<long>("select count(*) from jobs.chunks", Stop)).ShouldBe(1);
    }

    [Fact]
    public async Task Partial_settlements_of_one_chunk_follow_each_other()
    {
        var host = await StartIdleAsync();
        var batch = await host.SubmitAsync(4, Stop);
        var chunk = (await LeaseAsync(host)).ShouldHaveSingleItem();
        var ledger = new ChunkLedger(chunk, Options);

        ledger.Record(0, Success, default);
        var first = ledger.TakeProgress()!;
        ledger.Record(1, Success, default);
        var second = ledger.TakeProgress()!;
        ledger.Record(2, Success, default);
        ledger.Record(3, Success, default);
        var last = ledger.Finish();
        await SettleAsync(host, first);
        await SettleAsync(await StartIdleAsync(), second);
        await SettleAsync(await StartIdleAsync(), last);

        (await last.Applied).ShouldBeTrue();
        (await host.ReadAsync(batch.Id, Stop)).Counts.Succeeded.ShouldBe(4);
        (await host.ItemsAsync(batch.Id, Stop))
            .Count(i => i.State == ItemState.Succeeded)
            .ShouldBe(4);
    }

    [Fact]
    public async Task A_settlement_with_an_older_token_writes_nothing()
    {
        var host = await StartIdleAsync();
        var batch = await host.SubmitAsync(4, Stop);
        var chunk = (await LeaseAsync(host)).ShouldHaveSingleItem();
        await Database.ScalarAsync<int>(
            "update jobs.chunks set state = 'ready', worker_id = null, token = token + 1",
            Stop
        );
        var current = (await LeaseAsync(host)).ShouldHaveSingleItem();

        var late = Final(chunk);
        var inTime = Final(current);
        await SettleAsync(host, late, inTime);

        (await late.Applied).ShouldBeFalse();
        (await inTime.Applied).ShouldBeTrue();
        (await host.ReadAsync(batch.Id, Stop)).Counts.Succeeded.ShouldBe(3);
        (await OutcomesAsync()).ShouldBe(3);
    }

    [Fact]
    public async Task Many_batches_are_settled_in_one_statement_and_end()
    {
        var host = await StartIdleAsync();
        var ids = new List<Guid>();
        for (var i = 0; i < 6; i++)
        {
            ids.Add((await host.SubmitAsync(2, Stop)).Id);
        }
        var chunks = await LeaseAsync(host);
        chunks.Count.ShouldBe(6);

        var settlements = chunks.ConvertAll(chunk =>
        {
            var ledger = new ChunkLedger(chunk, Options);
            ledger.Record(0, Success, default);
            ledger.Record(1, Attempt.Ended(ItemOutcome.Failure("no", "")), default);
            return ledger.Finish();
        });
        await SettleAsync(host, [.. settlements]);

        foreach (var id in ids)
        {
            var status = await host.ReadAsync(id, Stop);
            status.Outcome.ShouldBe(BatchOutcome.Partial);
            status.Counts.ShouldBe(new BatchCounts(2, 0, 0, 1, 1, 0));
        }
    }

    [Fact]
    public async Task A_chunk_is_leased_by_one_of_those_who_ask_at_the_same_time()
    {
        var options = new EngineHostOptions { Kind = kind => kind.ItemsPerPage = 1 };
        var host = await StartIdleAsync(options);
        await host.SubmitAsync(100, Stop);

        var leases = await Task.WhenAll(
            Enumerable.Range(0, 5).Select(_ => Task.Run(() => LeaseAsync(host, 40), Stop))
        );

        var pages = leases.SelectMany(l => l).Select(c => c.Page).ToList();
        pages.Count.ShouldBe(pages.Distinct().Count());
        pages.AddRange((await LeaseAsync(host, 100)).Select(c => c.Page));
        pages.Order().ShouldBe(Enumerable.Range(0, 100));
    }

    private static Attempt Success { get; } = Attempt.Ended(ItemOutcome.Success());

    private static Settlement Progress(LeasedChunk chunk)
    {
        var ledger = new ChunkLedger(chunk, Options);
        ledger.Record(0, Success, default);
        ledger.Record(1, Success, default);
        return ledger.TakeProgress()!;
    }

    private static Settlement Final(LeasedChunk chunk)
    {
        var ledger = new ChunkLedger(chunk, Options);
        for (var item = 0; item < 3; item++)
        {
            ledger.Record(item, Success, default);
        }
        ledger.Record(3, Attempt.Failed(Transient), default);
        return ledger.Finish();
    }

    private static async Task<List<LeasedChunk>> LeaseAsync(EngineHost host, int count = 10)
    {
        var worker = await host.Get<WorkerRegistry>().RegisterAsync(Stop);
        var standing = new TenantShares(TimeProvider.System).Current();
        var request = new LeaseRequest(worker, [(host.Draft().Kind, count)], count, standing);
        return [.. (await host.Get<ChunkLeaser>().LeaseAsync(request, Stop)).Chunks];
    }

    // A settler runs once; each host has its own.
    private static async Task SettleAsync(EngineHost host, params Settlement[] settlements)
    {
        var settler = host.Get<Settler>();
        foreach (var settlement in settlements)
        {
            await settler.AddAsync(settlement, Stop);
        }
        settler.Complete();
        await settler.RunAsync(Stop);
    }

    private async Task<long> OutcomesAsync() =>
        await Database.ScalarAsync<long>(
            "select coalesce(sum(succeeded + failed + cancelled), 0)::bigint from jobs.outcome_pages",
            Stop
        );
}
