using System.Collections.Concurrent;
using Jobs.Batches;
using Jobs.Engine;
using Jobs.Kinds;
using Jobs.Testing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Engine.Fairness;

/// <summary>Many queues at once: none is out of sight, and none stands in the way of another.</summary>
public sealed class QueueTests : EngineTest
{
    private const string Other = "other";

    [Fact]
    public async Task Leases_that_follow_each_other_see_all_queues()
    {
        const int tenants = LeaseStatements.QueuesAtOnce;
        var host = await StartIdleAsync();
        await AddTenantsAsync(tenants);
        for (var tenant = 3; tenant < tenants + 3; tenant++)
        {
            foreach (var priority in Enum.GetValues<Priority>())
            {
                await SubmitAsync(host, tenant, 1, priority);
            }
        }

        var seen = new HashSet<int>();
        var leases = 0;
        var next = 0;
        do
        {
            var lease = await LeaseAsync(host, 1, firstTenant: next);
            seen.UnionWith(lease.Waiting);
            next = lease.NextTenant;
            leases++;
        } while (next > 0);

        seen.Order().ShouldBe(Enumerable.Range(3, tenants));
        leases.ShouldBeInRange(3, 7);
    }

    [Fact]
    public async Task A_small_batch_overtakes_a_large_one()
    {
        var executed = new ConcurrentQueue<Guid>();
        var (blocked, release) = (Signal(), Signal());
        var host = await StartAsync(
            new EngineHostOptions
            {
                Handle = async (item, token) =>
                {
                    executed.Enqueue(item.BatchId);
                    blocked.TrySetResult();
                    await release.Task.WaitAsync(token);
                    return ItemOutcome.Success();
                },
                Kind = kind => kind.ItemsPerPage = 1,
                Engine = engine => engine.Slots = 1,
            }
        );

        var large = await host.SubmitAsync(20, Stop);
        await WithinPatienceAsync(blocked.Task);
        var small = await host.SubmitAsync(1, Stop);
        release.SetResult();
        await host.WaitForEndAsync(large.Id, Stop);

        executed.ToList().IndexOf(small.Id).ShouldBeInRange(1, 2);
    }

    [Fact]
    public async Task Tenants_at_their_limit_do_not_hide_another()
    {
        var host = await StartIdleAsync(Pages());
        await AddTenantsAsync(21);
        await Database.ScalarAsync<int>(
            "update jobs.tenants set max_running = 1 where id between 3 and 22",
            Stop
        );
        for (var tenant = 3; tenant <= 22; tenant++)
        {
            await SubmitAsync(host, tenant, 2);
        }
        (await LeaseAsync(host, 40)).Chunks.Count.ShouldBe(20);
        await SubmitAsync(host, 23, 2);

        var lease = await LeaseAsync(host, 1);

        lease.Chunks.ShouldHaveSingleItem().TenantId.ShouldBe(23);
    }

    [Fact]
    public async Task A_weight_counts_within_one_lease_too()
    {
        var host = await StartIdleAsync(Pages());
        await AddTenantsAsync(17);
        var tenants = Enumerable.Range(3, 17).ToArray();
        foreach (var tenant in tenants)
        {
            await SubmitAsync(host, tenant, 40);
        }
        var costs = tenants.Select(t => t == 9 ? 0.01 / 100 : 0.01).ToArray();
        var standing = new Standing(
            tenants,
            [.. tenants.Select(_ => 0.0)],
            costs,
            [.. tenants.Select(_ => false)],
            0,
            0.01
        );

        var lease = await LeaseAsync(host, 40, standing: standing);

        lease.Chunks.Count.ShouldBe(40);
        lease.Chunks.Count(c => c.TenantId == 9).ShouldBe(24);
    }

    [Fact]
    public async Task A_lease_that_starts_where_the_one_before_did_sees_what_came_meanwhile()
    {
        var host = await StartIdleAsync(Pages());
        // The ranks of a large batch run far ahead of the clock.
        await SubmitAsync(host, EngineHost.Tenant, 40);
        (await LeaseAsync(host, 10)).Chunks.Count.ShouldBe(10);
        var floor = (await LeaseAsync(host, 30)).Floor;
        var later = await SubmitAsync(host, EngineHost.Tenant, 1);

        var lease = await LeaseAsync(host, 1, floor: floor);

        lease.Chunks.ShouldHaveSingleItem().Key.BatchId.ShouldBe(later.Id);
    }

    [Fact]
    public async Task A_backlog_of_a_quick_kind_does_not_keep_another_from_its_turn()
    {
        var host = await StartAsync(
            new EngineHostOptions
            {
                Kind = kind => kind.ItemsPerPage = 1,
                Services = services =>
                    services.AddKind<WorkHandler>(Other, kind => kind.MaxRunningPerWorker = 1),
            }
        );
        // Once some are done the worker knows that the kind is quick.
        await host.WaitForEndAsync((await host.SubmitAsync(100, Stop)).Id, Stop);
        var quick = await host.SubmitAsync(20_000, Stop);

        host.Get<KindRegistry>().TryGet(Other, out var kind).ShouldBeTrue();
        var other = await host.SubmitAsync(
            1,
            Stop,
            new BatchDraft(EngineHost.Tenant, kind!) { Priority = Priority.High }
        );
        await host.WaitForEndAsync(other.Id, Stop);

        (await host.ReadAsync(quick.Id, Stop)).Counts.Pending.ShouldBeGreaterThan(0);
        await host.Get<BatchSteering>().CancelAsync(EngineHost.Tenant, quick.Id, Stop);
    }

    private static EngineHostOptions Pages() => new() { Kind = kind => kind.ItemsPerPage = 1 };

    private static Task<BatchStatus> SubmitAsync(
        EngineHost host,
        int tenant,
        int items,
        Priority priority = Priority.Normal
    ) =>
        host.SubmitAsync(items, Stop, host.Draft() with { TenantId = tenant, Priority = priority });

    private static async Task<Lease> LeaseAsync(
        EngineHost host,
        int count,
        int firstTenant = 0,
        Standing? standing = null,
        long? floor = null
    )
    {
        var worker = await host.Get<WorkerRegistry>().RegisterAsync(Stop);
        var request = new LeaseRequest(
            worker,
            [(host.Draft().Kind, count)],
            count,
            standing ?? new TenantShares(TimeProvider.System).Current()
        )
        {
            TenantLimits = true,
            FirstTenant = firstTenant,
            Floor = floor ?? long.MinValue,
        };
        return await host.Get<ChunkLeaser>().LeaseAsync(request, Stop);
    }

    private Task AddTenantsAsync(int count) =>
        Database.ScalarAsync<int>(
            "insert into jobs.tenants (name) select 'tenant-' || n from generate_series(1, $1) n",
            Stop,
            count
        );
}
