using Jobs.Batches;
using Jobs.Engine;
using Jobs.Kinds;
using Jobs.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Engine;

/// <summary>Which workers there are, and what they serve.</summary>
public sealed class WorkerReaderTests : EngineTest
{
    [Fact]
    public async Task A_worker_is_listed_with_what_it_holds_until_it_stops()
    {
        var running = new SemaphoreSlim(0);
        var gate = Signal();
        var host = await StartAsync(
            new EngineHostOptions
            {
                Handle = async (_, cancellationToken) =>
                {
                    running.Release();
                    await gate.Task.WaitAsync(cancellationToken);
                    return ItemOutcome.Success();
                },
                Engine = engine =>
                {
                    engine.Slots = 3;
                    engine.Priorities = " low,high";
                },
                Kind = kind => kind.ItemsPerPage = 2,
            }
        );
        var batch = await host.SubmitAsync(4, Stop, host.Draft() with { Priority = Priority.High });
        for (var i = 0; i < 4; i++)
        {
            await running.WaitAsync(Stop);
        }

        var worker = (await host.Get<WorkerReader>().ListAsync(Stop)).ShouldHaveSingleItem();

        worker.Host.ShouldBe(Environment.MachineName);
        worker.ProcessId.ShouldBe(Environment.ProcessId);
        worker.Version.ShouldNotBeEmpty();
        (worker.Slots, worker.RunningChunks, worker.RunningItems).ShouldBe((3, 2, 4));
        worker.Kinds.ShouldBe([EngineHost.Kind]);
        worker.Priorities.ShouldBe([Priority.High, Priority.Low]);
        worker.State.ShouldBe("active");
        worker.IsAlive.ShouldBeTrue();
        worker.HeartbeatAge.ShouldBeLessThan(TimeSpan.FromMinutes(1));
        await Database.ScalarAsync<int>(
            "update jobs.workers set lease_until = now() - interval '1 second', heartbeat_at = now() - interval '1 hour'",
            Stop
        );
        worker = (await host.Get<WorkerReader>().ListAsync(Stop)).ShouldHaveSingleItem();
        worker.IsAlive.ShouldBeFalse();
        worker.HeartbeatAge.ShouldBeGreaterThan(TimeSpan.FromMinutes(59));

        gate.SetResult();
        await host.WaitForEndAsync(batch.Id, Stop);
        await host.StopAsync(Stop);
        (await Database.ScalarAsync<long>("select count(*) from jobs.workers", Stop)).ShouldBe(0);
    }

    [Fact]
    public async Task A_worker_takes_only_the_kinds_that_it_serves()
    {
        static void More(IServiceCollection services) => services.AddKind<WorkHandler>("other");
        var only = await StartAsync(
            new EngineHostOptions { Services = More, Engine = e => e.Kinds = "other" }
        );
        var batch = await only.SubmitAsync(1, Stop);
        only.Get<KindRegistry>().TryGet("other", out var other).ShouldBeTrue();
        var taken = await only.SubmitAsync(
            1,
            Stop,
            new BatchDraft(EngineHost.Tenant, other.ShouldNotBeNull())
        );

        await only.WaitForEndAsync(taken.Id, Stop);
        (await only.ReadAsync(batch.Id, Stop)).State.ShouldBe(BatchState.Queued);
        (await only.Get<WorkerReader>().ListAsync(Stop))
            .ShouldHaveSingleItem()
            .Kinds.ShouldBe(["other"]);
        await StartAsync(new EngineHostOptions { Services = More });
        await only.WaitForEndAsync(batch.Id, Stop);
    }

    [Theory]
    [InlineData("", "urgent", "Priorities")]
    [InlineData("", "High", "Priorities")]
    [InlineData("unheard_of", "", "Kinds")]
    public async Task What_a_worker_cannot_serve_ends_the_start(
        string kinds,
        string priorities,
        string option
    )
    {
        var refused = await Should.ThrowAsync<OptionsValidationException>(() =>
            StartAsync(
                new EngineHostOptions
                {
                    Engine = engine =>
                    {
                        engine.Kinds = kinds;
                        engine.Priorities = priorities;
                    },
                }
            )
        );
        refused.Message.ShouldContain($"Jobs:Engine:{option}");
    }
}
