using Jobs.Batches;
using Jobs.Kinds;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Engine.Fairness;

/// <summary>Limits on what runs at once: reached, and never exceeded, by several workers that race for it.</summary>
public sealed class LimitTests : EngineTest
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    [InlineData(7, 4)]
    public async Task A_batch_runs_as_many_items_at_once_as_it_asked_for(int limit, int lanes)
    {
        var gauge = new Gauge(limit);
        var options = new EngineHostOptions
        {
            Handle = async (item, _) =>
            {
                using var stay = gauge.Enter();
                await WithinPatienceAsync(gauge.Reached);
                return item.Index % 5 == 0 && item.Attempt == 1
                    ? ItemOutcome.Failure(Transient)
                    : ItemOutcome.Success();
            },
            Kind = kind => (kind.ItemsPerPage, kind.Concurrency) = (4, lanes),
        };
        var host = await StartAsync(options);
        await StartAsync(options);

        var batch = await host.SubmitAsync(150, Stop, host.Draft() with { Concurrency = limit });
        await host.WaitUntilAsync(batch.Id, s => s.Counts.Succeeded > 20, Stop);
        await host.Get<BatchSteering>().PauseAsync(EngineHost.Tenant, batch.Id, Stop);
        await host.Get<BatchSteering>().ResumeAsync(EngineHost.Tenant, batch.Id, Stop);
        var ended = await host.WaitForEndAsync(batch.Id, Stop);

        ended.Counts.Succeeded.ShouldBe(150);
        gauge.Most.ShouldBe(limit);
    }

    [Fact]
    public async Task A_batch_with_a_limit_leaves_the_slots_to_others()
    {
        var release = Signal();
        var host = await StartAsync(
            new EngineHostOptions
            {
                Handle = async (item, _) =>
                {
                    if (item.Payload.Span.IndexOf("slow"u8) >= 0)
                    {
                        await WithinPatienceAsync(release.Task);
                    }
                    return ItemOutcome.Success();
                },
                Kind = kind => kind.ItemsPerPage = 1,
                Engine = engine => engine.Slots = 4,
            }
        );
        var limited = new List<BatchStatus>();
        for (var n = 0; n < 3; n++)
        {
            limited.Add(
                await host.SubmitAsync(
                    Enumerable.Repeat("""{"slow":1}""", 40),
                    Stop,
                    host.Draft() with
                    {
                        Concurrency = 1,
                    }
                )
            );
        }

        var other = await host.SubmitAsync(50, Stop);
        (await host.WaitForEndAsync(other.Id, Stop)).Counts.Succeeded.ShouldBe(50);
        release.SetResult();
        foreach (var batch in limited)
        {
            (await host.WaitForEndAsync(batch.Id, Stop)).Counts.Succeeded.ShouldBe(40);
        }
    }

    [Fact]
    public async Task Items_of_a_limited_batch_that_killed_their_workers_keep_no_place()
    {
        var host = await StartIdleAsync(new() { Kind = kind => kind.ItemsPerPage = 4 });
        var batch = await host.SubmitAsync(12, Stop, host.Draft() with { Concurrency = 4 });
        await Database.ScalarAsync<int>("update jobs.chunks set deaths = 3 where page = 0", Stop);

        var worker = await StartAsync(new() { Kind = kind => kind.ItemsPerPage = 4 });
        var ended = await worker.WaitForEndAsync(batch.Id, Stop);

        ended.Counts.Succeeded.ShouldBe(12);
    }

    [Fact]
    public async Task A_tenant_runs_as_many_chunks_at_once_over_all_workers_as_it_may()
    {
        await Database.ScalarAsync<int>(
            "update jobs.tenants set max_running = 3 where id = 2",
            Stop
        );
        var gauge = new Gauge(3);
        var options = new EngineHostOptions
        {
            Handle = async (item, _) =>
            {
                if (item.TenantId == EngineHost.Tenant)
                {
                    using var stay = gauge.Enter();
                    await WithinPatienceAsync(gauge.Reached);
                }
                return ItemOutcome.Success();
            },
            Kind = kind => kind.ItemsPerPage = 1,
        };
        var host = await StartAsync(options);
        await StartAsync(options);
        await StartAsync(options);

        var batch = await host.SubmitAsync(300, Stop);
        await host.SubmitAsync(300, Stop, host.Draft() with { TenantId = EngineHost.OtherTenant });
        var ended = await host.WaitForEndAsync(batch.Id, Stop);

        ended.Counts.Succeeded.ShouldBe(300);
        gauge.Most.ShouldBe(3);
    }

    [Fact]
    public async Task A_kind_runs_as_many_chunks_at_once_over_all_workers_as_it_may()
    {
        var gauge = new Gauge(5);
        var options = new EngineHostOptions
        {
            Handle = async (_, _) =>
            {
                using var stay = gauge.Enter();
                await WithinPatienceAsync(gauge.Reached);
                return ItemOutcome.Success();
            },
            Kind = kind => (kind.ItemsPerPage, kind.MaxRunning) = (1, 5),
        };
        var host = await StartAsync(options);
        await StartAsync(options);

        var batch = await host.SubmitAsync(300, Stop);
        var ended = await host.WaitForEndAsync(batch.Id, Stop);

        ended.Counts.Succeeded.ShouldBe(300);
        gauge.Most.ShouldBe(5);
    }

    [Fact]
    public async Task Nothing_of_a_paused_priority_is_leased()
    {
        await Database.ScalarAsync<int>("insert into jobs.paused_priorities values (2)", Stop);
        var host = await StartAsync();

        var low = await host.SubmitAsync(1, Stop, host.Draft() with { Priority = Priority.Low });
        var high = await host.SubmitAsync(1, Stop, host.Draft() with { Priority = Priority.High });
        await host.WaitForEndAsync(high.Id, Stop);

        (await host.ReadAsync(low.Id, Stop)).State.ShouldBe(BatchState.Queued);
        await Database.ScalarAsync<int>("delete from jobs.paused_priorities", Stop);
        (await host.WaitForEndAsync(low.Id, Stop)).Counts.Succeeded.ShouldBe(1);
    }

    /// <summary>Counts how many are in at once.</summary>
    private sealed class Gauge(int expected)
    {
        private readonly TaskCompletionSource reached = Signal();
        private readonly Lock gate = new();
        private int now;

        /// <summary>Ends once as many were in at once as are expected.</summary>
        public Task Reached => reached.Task;

        public int Most { get; private set; }

        public IDisposable Enter()
        {
            lock (gate)
            {
                now++;
                Most = Math.Max(Most, now);
                if (Most >= expected)
                {
                    reached.TrySetResult();
                }
            }
            return new Stay(this);
        }

        private void Leave()
        {
            lock (gate)
            {
                now--;
            }
        }

        private sealed class Stay(Gauge gauge) : IDisposable
        {
            public void Dispose() => gauge.Leave();
        }
    }
}
