using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Jobs.Batches;
using Jobs.Kinds;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Engine;

/// <summary>What follows from an execution that did not succeed.</summary>
public sealed class AttemptTests : EngineTest
{
    [Fact]
    public async Task A_transient_failure_is_tried_again_up_to_max_attempts()
    {
        var host = await StartAsync(
            Handling(item =>
                item.Index == 1 && item.Attempt < 3 || item.Index == 2
                    ? ItemOutcome.Failure(Transient)
                    : ItemOutcome.Success()
            )
        );

        var batch = await host.SubmitAsync(3, Stop, host.Draft() with { MaxAttempts = 4 });
        var ended = await host.WaitForEndAsync(batch.Id, Stop);

        ended.Outcome.ShouldBe(BatchOutcome.Partial);
        var items = await host.ItemsAsync(batch.Id, Stop);
        items.Select(i => i.Index).ShouldBe([0, 1, 2]);
        items
            .Select(i => i.State)
            .ShouldBe([ItemState.Succeeded, ItemState.Succeeded, ItemState.Failed]);
        items.Select(i => i.Attempts).ShouldBe([1, 3, 4]);
        Error(items[2]).GetProperty("code").GetString().ShouldBe("busy");
        Error(items[2]).GetProperty("retryable").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task A_permanent_failure_is_not_tried_again()
    {
        var executions = 0;
        var host = await StartAsync(
            Handling(_ =>
            {
                Interlocked.Increment(ref executions);
                throw new ItemException(new ItemError("bad", "Never.", false));
            })
        );

        var batch = await host.SubmitAsync(1, Stop);
        var ended = await host.WaitForEndAsync(batch.Id, Stop);

        ended.Outcome.ShouldBe(BatchOutcome.Failed);
        executions.ShouldBe(1);
        var item = (await host.ItemsAsync(batch.Id, Stop)).ShouldHaveSingleItem();
        item.Attempts.ShouldBe(1);
        Error(item).GetProperty("message").GetString().ShouldBe("Never.");
    }

    [Fact]
    public async Task What_a_handler_throws_is_transient()
    {
        var host = await StartAsync(
            Handling(item =>
                item.Attempt == 1
                    ? throw new InvalidOperationException("not yet")
                    : ItemOutcome.Success()
            )
        );

        var batch = await host.SubmitAsync(1, Stop);

        (await host.WaitForEndAsync(batch.Id, Stop)).Outcome.ShouldBe(BatchOutcome.Succeeded);
        (await host.ItemsAsync(batch.Id, Stop))[0].Attempts.ShouldBe(2);
    }

    [Fact]
    public async Task An_error_names_its_own_delay()
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

        (
            await Database.ScalarAsync<bool>(
                """
                select state = 'scheduled' and attempt = 2 and count = 2
                    and due_at - now() between interval '59 minutes' and interval '1 hour'
                from jobs.chunks
                """,
                Stop
            )
        ).ShouldBeTrue();
        (await host.ItemsAsync(batch.Id, Stop))
            .Select(i => (i.State, i.Attempts))
            .ShouldBe([(ItemState.Pending, 1), (ItemState.Pending, 1)]);
    }

    [Fact]
    public async Task Items_that_failed_together_are_tried_together_and_others_are_not_repeated()
    {
        var executions = new ConcurrentDictionary<(int Index, int Attempt), int>();
        var host = await StartAsync(
            Handling(item =>
            {
                executions.AddOrUpdate((item.Index, item.Attempt), 1, (_, n) => n + 1);
                return item.Index % 10 == 0 && item.Attempt == 1
                    ? ItemOutcome.Failure(Transient)
                    : ItemOutcome.Success();
            })
        );

        var batch = await host.SubmitAsync(100, Stop);
        await host.WaitForEndAsync(batch.Id, Stop);

        executions.Count.ShouldBe(110);
        executions.Values.ShouldAllBe(n => n == 1);
        var items = await host.ItemsAsync(batch.Id, Stop);
        items.Select(i => i.Index).ShouldBe(Enumerable.Range(0, 100));
        items.ShouldAllBe(i => i.Attempts == (i.Index % 10 == 0 ? 2 : 1));
    }

    [Fact]
    public async Task An_item_that_runs_too_long_fails_with_timeout_and_its_neighbours_do_not()
    {
        var cancelled = Signal();
        var host = await StartAsync(
            new EngineHostOptions
            {
                Handle = async (item, token) =>
                {
                    if (item.Index == 0)
                    {
                        await using var _ = token.Register(() => cancelled.TrySetResult());
                        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                    }
                    return ItemOutcome.Success();
                },
                Kind = kind => kind.Concurrency = 1,
            }
        );

        var batch = await host.SubmitAsync(
            2,
            Stop,
            host.Draft() with
            {
                MaxAttempts = 1,
                ItemTimeout = TimeSpan.FromMilliseconds(60),
            }
        );
        await host.WaitForEndAsync(batch.Id, Stop);

        await WithinPatienceAsync(cancelled.Task);
        var items = await host.ItemsAsync(batch.Id, Stop);
        Error(items[0]).GetProperty("code").GetString().ShouldBe(ErrorCodes.Timeout);
        items[0].DurationMs.ShouldBeGreaterThan(50);
        items[1].State.ShouldBe(ItemState.Succeeded);
    }

    [Fact]
    public async Task A_handler_that_ignores_its_token_is_left_behind()
    {
        var never = Signal();
        var host = await StartAsync(
            new EngineHostOptions
            {
                Handle = async (_, _) =>
                {
                    await never.Task;
                    return ItemOutcome.Success();
                },
            }
        );

        var batch = await host.SubmitAsync(
            1,
            Stop,
            host.Draft() with
            {
                MaxAttempts = 1,
                ItemTimeout = TimeSpan.FromMilliseconds(20),
            }
        );
        await host.WaitForEndAsync(batch.Id, Stop);

        var item = (await host.ItemsAsync(batch.Id, Stop)).ShouldHaveSingleItem();
        Error(item).GetProperty("code").GetString().ShouldBe(ErrorCodes.Timeout);
        never.SetResult();
    }

    [Theory]
    [InlineData("nul", "invalid_result")]
    [InlineData("utf8", "invalid_result")]
    [InlineData("large", "result_too_large")]
    public async Task A_result_that_cannot_be_kept_fails_its_item_alone(string what, string code)
    {
        var host = await StartAsync(
            Handling(item =>
                ItemOutcome.SuccessJson(
                    (item.Index, what) switch
                    {
                        (0, "nul") => (byte[])[(byte)'"', 0, (byte)'"'],
                        (0, "utf8") => (byte[])[(byte)'"', 0xC3, (byte)'"'],
                        (0, _) => Encoding.ASCII.GetBytes(
                            $"\"{new string('x', 4 * 1024 * 1024)}\""
                        ),
                        _ => item.Payload,
                    }
                )
            )
        );

        var batch = await host.SubmitAsync(3, Stop);
        var ended = await host.WaitForEndAsync(batch.Id, Stop);

        ended.Counts.ShouldBe(new BatchCounts(3, 0, 0, 2, 1, 0));
        var items = await host.ItemsAsync(batch.Id, Stop);
        Error(items[0]).GetProperty("code").GetString().ShouldBe(code);
        Error(items[0]).GetProperty("retryable").GetBoolean().ShouldBeFalse();
    }

    private static JsonElement Error(ItemStatus item) => JsonElement.Parse(item.Error.Span);
}
