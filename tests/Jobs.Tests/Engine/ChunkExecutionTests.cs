using System.Text;
using Jobs.Engine;
using Jobs.Kinds;
using Jobs.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Engine;

/// <summary>One chunk, and the settlements that it hands over.</summary>
public sealed class ChunkExecutionTests
{
    private readonly List<Settlement> settled = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Progress_that_is_asked_for_while_a_chunk_ends_does_not_wait_for_ever()
    {
        var ending = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        using var execution = Execution(
            (_, _) => ValueTask.FromResult(ItemOutcome.Success()),
            async () =>
            {
                ending.SetResult();
                await release.Task;
            }
        );

        var run = execution.RunAsync(Stop, Stop);
        await ending.Task;
        var progress = execution.SettleProgressAsync(Stop);
        release.SetResult();

        await run;
        await progress.WaitAsync(EngineHost.Patience, TimeProvider.System, Stop);
        settled.ShouldHaveSingleItem().Outcomes!.Count.ShouldBe(4);
    }

    [Fact]
    public async Task Large_outcomes_are_settled_while_the_chunk_runs()
    {
        var result = Encoding.ASCII.GetBytes($"\"{new string('x', 600 * 1024)}\"");
        using var execution = Execution(
            (_, _) => ValueTask.FromResult(ItemOutcome.SuccessJson(result))
        );

        await execution.RunAsync(Stop, Stop);

        settled.Select(s => s.Outcomes!.Count).ShouldBe([2, 2]);
        settled.Select(s => s.IsFinal).ShouldBe([false, true]);
        settled.Select(s => s.Held).ShouldBe([4, 2]);
    }

    [Fact]
    public async Task What_runs_of_a_cancelled_batch_ends_cancelled_whatever_its_handler_throws()
    {
        ChunkExecution? execution = null;
        execution = Execution(
            async (item, token) =>
            {
                if (item.Index == 101)
                {
                    execution!.Cancel();
                    try
                    {
                        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                    }
                    catch (OperationCanceledException e)
                    {
                        throw new InvalidOperationException("It was told to stop.", e);
                    }
                }
                return ItemOutcome.Success();
            }
        );
        using (execution)
        {
            await execution.RunAsync(Stop, Stop);
        }

        var outcomes = settled.ShouldHaveSingleItem().Outcomes!;
        outcomes.Succeeded.ShouldBe(1);
        outcomes.Cancelled.ShouldBe(3);
    }

    [Fact]
    public async Task What_items_together_have_done_stands_and_the_rest_is_done_one_by_one()
    {
        var alone = new List<int>();
        using var execution = Execution(
            new BulkWork(
                (items, done, _) =>
                {
                    done(0, ItemOutcome.Success());
                    done(0, ItemOutcome.Failure("again", "An outcome counts once."));
                    done(2, ItemOutcome.Failure("bad", "It is."));
                    throw new InvalidOperationException("The others failed it.");
                },
                (item, _) =>
                {
                    alone.Add(item.Index);
                    return ValueTask.FromResult(ItemOutcome.Success());
                }
            )
        );

        await execution.RunAsync(Stop, Stop);

        alone.ShouldBe([101, 103]);
        settled.Sum(s => s.Outcomes!.Succeeded).ShouldBe(3);
        settled.Sum(s => s.Outcomes!.Failed).ShouldBe(1);
    }

    [Fact]
    public async Task Items_together_that_are_cancelled_end_cancelled()
    {
        ChunkExecution? execution = null;
        execution = Execution(
            new BulkWork(
                async (items, done, token) =>
                {
                    done(1, ItemOutcome.Success());
                    execution!.Cancel();
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                },
                (_, _) => throw new InvalidOperationException("None is executed alone.")
            )
        );
        using (execution)
        {
            await execution.RunAsync(Stop, Stop);
        }

        settled.Sum(s => s.Outcomes!.Succeeded).ShouldBe(1);
        settled.Sum(s => s.Outcomes!.Cancelled).ShouldBe(3);
    }

    private ChunkExecution Execution(
        Func<Item, CancellationToken, ValueTask<ItemOutcome>> handle,
        Func<Task>? settling = null
    ) => Execution(new WorkHandler(new EngineHostOptions { Handle = handle }), settling);

    private ChunkExecution Execution(IItemHandler handler, Func<Task>? settling = null) =>
        new(
            Chunks.Of(4),
            new Kind("work", handler) { Concurrency = 1 },
            new EngineOptions(),
            async (settlement, _) =>
            {
                settled.Add(settlement);
                await (settling?.Invoke() ?? Task.CompletedTask);
            },
            TimeProvider.System,
            NullLogger.Instance
        );

    private sealed class BulkWork(
        Func<IReadOnlyList<Item>, Action<int, ItemOutcome>, CancellationToken, ValueTask> together,
        Func<Item, CancellationToken, ValueTask<ItemOutcome>> alone
    ) : IBulkHandler
    {
        public int MaxItems => 4;

        public ValueTask HandleAsync(
            IReadOnlyList<Item> items,
            Action<int, ItemOutcome> done,
            CancellationToken cancellationToken
        ) => together(items, done, cancellationToken);

        public ValueTask<ItemOutcome> HandleAsync(Item item, CancellationToken cancellationToken) =>
            alone(item, cancellationToken);
    }
}
