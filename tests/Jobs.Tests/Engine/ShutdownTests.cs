using System.Collections.Concurrent;
using Jobs.Batches;
using Jobs.Kinds;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Engine;

/// <summary>A worker that is asked to stop.</summary>
public sealed class ShutdownTests : EngineTest
{
    [Fact]
    public async Task What_runs_is_finished_and_what_has_not_started_is_handed_back()
    {
        var executed = new ConcurrentQueue<int>();
        var (started, release) = (Signal(), Signal());
        var host = await StartAsync(
            new EngineHostOptions
            {
                Handle = async (item, _) =>
                {
                    executed.Enqueue(item.Index);
                    started.TrySetResult();
                    await release.Task;
                    return ItemOutcome.Success();
                },
                Kind = kind => kind.Concurrency = 1,
            }
        );
        var idle = await StartIdleAsync();
        var batch = await idle.SubmitAsync(5, Stop);
        await WithinPatienceAsync(started.Task);

        var stopping = host.StopAsync(Stop);
        await host.Log.WaitForAsync("Stopping: no further work is taken", Stop);
        release.SetResult();
        await WithinPatienceAsync(stopping);

        executed.ShouldBe([0]);
        var status = await idle.ReadAsync(batch.Id, Stop);
        status.Counts.ShouldBe(new BatchCounts(5, 4, 0, 1, 0, 0));
        (
            await Database.ScalarAsync<bool>(
                "select state = 'ready' and deaths = 0 and count = 4 from jobs.chunks",
                Stop
            )
        ).ShouldBeTrue();
        (await Database.ScalarAsync<long>("select count(*) from jobs.workers", Stop)).ShouldBe(0);

        var next = await StartAsync(
            Handling(item =>
            {
                executed.Enqueue(item.Index);
                return ItemOutcome.Success();
            })
        );
        await next.WaitForEndAsync(batch.Id, Stop);
        executed.Order().ShouldBe([0, 1, 2, 3, 4]);
    }

    [Fact]
    public async Task After_the_time_of_grace_running_items_are_cancelled_and_handed_back_unfailed()
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
                Engine = engine => engine.GracePeriod = TimeSpan.FromMilliseconds(50),
            }
        );
        var idle = await StartIdleAsync();
        var batch = await idle.SubmitAsync(2, Stop, idle.Draft() with { MaxAttempts = 1 });
        await WithinPatienceAsync(started.Task);

        await WithinPatienceAsync(host.StopAsync(Stop));

        (await idle.ReadAsync(batch.Id, Stop)).Counts.ShouldBe(new BatchCounts(2, 2, 0, 0, 0, 0));
        var next = await StartAsync();
        (await next.WaitForEndAsync(batch.Id, Stop)).Outcome.ShouldBe(BatchOutcome.Succeeded);
        (await next.ItemsAsync(batch.Id, Stop)).ShouldAllBe(i => i.Attempts == 1);
    }
}
