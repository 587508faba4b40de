using Jobs.Engine;
using Jobs.Kinds;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Engine.Fairness;

/// <summary>Between tenants: each has its share of the slots' time, whatever it submits.</summary>
public sealed class TenantTests : EngineTest
{
    private const int A = EngineHost.Tenant;
    private const int B = EngineHost.OtherTenant;

    public static TheoryData<int> Seeds => [1, 2, 3, Environment.TickCount & 0xFFFF];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Two_tenants_share_saturated_workers_evenly(int seed)
    {
        var random = new Random(seed);
        var host = await StartIdleAsync(Pages());
        var seconds = new Dictionary<int, double>
        {
            [A] = 0.1 + random.NextDouble() * 2,
            [B] = 0.1 + random.NextDouble(),
        };
        await SubmitAsync(host, A, 1, 400);
        await SubmitAsync(host, B, 100, 4);
        await using var workers = Workers(host, seconds, random);
        for (var n = random.Next(1, 4); n > 0; n--)
        {
            await workers.AddAsync(random.Next(1, 5));
        }

        while (await BothWaitAsync())
        {
            await workers.StepAsync();
        }

        (workers.Used(A) / workers.Used(B)).ShouldBeInRange(0.9, 1.1, $"seed {seed}");
    }

    [Fact]
    public async Task A_tenant_of_three_times_the_weight_gets_three_times_as_much()
    {
        await Database.ScalarAsync<int>(
            "update jobs.tenants set weight = 3 where id = $1",
            Stop,
            A
        );
        var host = await StartIdleAsync(Pages());
        await SubmitAsync(host, A, 3, 200);
        await SubmitAsync(host, B, 30, 10);
        await using var workers = Workers(host, new() { [A] = 1, [B] = 2 }, new Random(5));
        await workers.AddAsync(3);

        while (await BothWaitAsync())
        {
            await workers.StepAsync();
        }

        (workers.Used(A) / workers.Used(B)).ShouldBeInRange(2.7, 3.3);
    }

    [Fact]
    public async Task A_tenant_that_had_nothing_to_do_has_saved_nothing_up()
    {
        var host = await StartIdleAsync(Pages());
        await SubmitAsync(host, A, 1, 10);
        await SubmitAsync(host, B, 1, 900);
        await using var workers = Workers(host, new() { [A] = 1, [B] = 1 }, new Random(5));
        await workers.AddAsync(2);
        for (var n = 0; n < 400; n++)
        {
            await workers.StepAsync();
        }
        await SubmitAsync(host, A, 1, 300);
        var (a, b) = (workers.Used(A), workers.Used(B));

        for (var n = 0; n < 200; n++)
        {
            await workers.StepAsync();
        }

        ((workers.Used(A) - a) / (workers.Used(B) - b)).ShouldBeInRange(0.9, 1.1);
    }

    [Fact]
    public async Task Of_many_more_tenants_than_one_lease_looks_at_none_is_left_out()
    {
        const int count = 3 * LeaseStatements.QueuesAtOnce;
        await Database.ScalarAsync<int>(
            "insert into jobs.tenants (name) select 'tenant-' || n from generate_series(1, $1) n",
            Stop,
            count
        );
        var host = await StartIdleAsync(Pages());
        for (var tenant = 3; tenant < count + 3; tenant++)
        {
            await SubmitAsync(host, tenant, 1, 2);
        }
        var (left, done) = (2 * count, Signal());
        var worker = await StartAsync(
            new EngineHostOptions
            {
                Engine = engine => engine.Slots = 2,
                Handle = (_, _) =>
                {
                    if (Interlocked.Decrement(ref left) == 0)
                    {
                        done.SetResult();
                    }
                    return ValueTask.FromResult(ItemOutcome.Success());
                },
            }
        );
        await WithinPatienceAsync(done.Task);
        await worker.StopAsync(Stop);

        (
            await Database.ScalarAsync<long>(
                "select count(*) from jobs.batches where state = 'completed'",
                Stop
            )
        ).ShouldBe(count);
    }

    private static EngineHostOptions Pages() => new() { Kind = kind => kind.ItemsPerPage = 1 };

    private static async Task SubmitAsync(EngineHost host, int tenant, int batches, int items)
    {
        for (var n = 0; n < batches; n++)
        {
            await host.SubmitAsync(items, Stop, host.Draft() with { TenantId = tenant });
        }
    }

    private SimulatedWorkers Workers(
        EngineHost host,
        Dictionary<int, double> seconds,
        Random random
    )
    {
        var durations = new Dictionary<ChunkKey, TimeSpan>();
        return new(
            host,
            Database,
            chunk =>
                durations.TryGetValue(chunk.Key, out var known)
                    ? known
                    : durations[chunk.Key] = TimeSpan.FromSeconds(
                        seconds[chunk.TenantId] * (0.5 + random.NextDouble())
                    ),
            Stop
        );
    }

    private async Task<bool> BothWaitAsync() =>
        await Database.ScalarAsync<long>(
            "select count(distinct tenant_id) from jobs.chunks where state = 'ready'",
            Stop
        ) == 2;
}
