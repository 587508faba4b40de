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

    private ChunkExecution Execution(
        Func<Item, CancellationToken, ValueTask<ItemOutcome>> handle,
        Func<Task>? settling = null
    ) =>
        new(
            Chunks.Of(4),
            new Kind("work", new WorkHandler(new EngineHostOptions { Handle = handle }))
            {
                Concurrency = 1,
            },
            new EngineOptions(),
            async (settlement, _) =>
            {
                settled.Add(settlement);
                await (settling?.Invoke() ?? Task.CompletedTask);
            },
            TimeProvider.System,
            NullLogger.Instance
        );
}
