using System.Numerics;
using System.Text;
using Jobs.Batches;
using Jobs.CrashHost;
using Jobs.Engine;
using Jobs.Kinds;
using Jobs.Testing;
using Jobs.Testing.Chaos;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Chaos;

/// <summary>An item that really kills the process that executes it, on a page of items that do not.</summary>
public sealed class PoisonTests(ITestOutputHelper output) : ChaosTest(output)
{
    private const int Items = 8;
    private const int SignalKill = 128 + 9;

    [Fact]
    public async Task An_item_that_kills_its_process_fails_alone_as_worker_lost()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(Limit);
        var poison = NewRandom().Next(Items);
        Say($"item {poison} of {Items} kills");
        var items = Enumerable
            .Range(0, Items)
            .Select(n => new CrashItem(n, n == poison ? CrashFate.Die : CrashFate.Succeed, 0))
            .ToList();
        var caller = await StartIdleAsync();
        var submitted = await caller.SubmitAsync(
            items.Select(i => Encoding.UTF8.GetString(i.ToJson())),
            Stop
        );
        var batch = new ChaosBatch(submitted.Id, items);

        var deaths = await SuperviseAsync(caller, batch, limit.Token);

        await new BatchLaws(Database.DataSource.Requests).EndedAsync(batch, Stop);
        var ended = await caller.ReadAsync(batch.Id, Stop);
        ended.Counts.ShouldBe(new BatchCounts(Items, 0, 0, Items - 1, 1, 0));
        var lost = (
            await caller.ItemsAsync(batch.Id, Stop, ItemState.Failed)
        ).ShouldHaveSingleItem();
        lost.Index.ShouldBe(poison);
        Encoding.UTF8.GetString(lost.Error.Span).ShouldContain(ErrorCodes.WorkerLost);
        // Three over the page, over its half, and so on down to the one item; three more over that alone.
        var levels = 1 + BitOperations.Log2(Items);
        deaths.ShouldBe((levels + 1) * new EngineOptions().MaxDeliveries);
    }

    // As a supervisor does: whenever the worker has died it is started again. Returns how often that was.
    private async Task<int> SuperviseAsync(
        EngineHost caller,
        ChaosBatch batch,
        CancellationToken cancellationToken
    )
    {
        using var folder = new TestFolder();
        var ended = caller.WaitForEndAsync(batch.Id, TimeSpan.MaxValue, cancellationToken);
        for (var deaths = 0; ; deaths++)
        {
            using var worker = StartProcess(folder);
            var exit = worker.ExitAsync(cancellationToken);
            if (await Task.WhenAny(exit, ended) == ended)
            {
                await ended;
                return deaths;
            }
            (await exit).ShouldBe(SignalKill, worker.Output);
        }
    }
}
