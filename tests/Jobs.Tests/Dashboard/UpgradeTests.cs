using Jobs.Batches;
using Jobs.Dashboard;
using Jobs.Kinds;
using Jobs.Migrations;
using Jobs.Monitoring;
using Jobs.Monitoring.Tallies;
using Jobs.Testing;
using Jobs.Tests.Engine;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Dashboard;

/// <summary>Statistics of a database that held batches in all states before they were counted.</summary>
public sealed class UpgradeTests : EngineTest
{
    // All that the migration made: the database is as the one before left it.
    private const string Undo = """
        drop trigger batches_tally_submitted on jobs.batches;
        drop trigger batches_tally_changed on jobs.batches;
        drop function jobs.tally_submitted();
        drop function jobs.tally_changed();
        drop function jobs.ending_of(text, int, int);
        drop table jobs.batch_tallies, jobs.batch_levels, jobs.batch_counting;
        drop index jobs.audit_acts;
        delete from jobs.migrations where "MigrationId" = '0017_batch_tallies';
        """;

    private const int Copies = 20;

    private static readonly ItemError Broken = new("broken", "It is broken.", Retryable: false);

    [Fact]
    public async Task What_was_open_is_open_and_what_becomes_of_it_is_counted()
    {
        var halves = Signal();
        var retried = await FillAsync(halves);
        await RunAsync(Undo);

        await SchemaMigrator.MigrateAsync(Database.ConnectionString, TimeProvider.System, Stop);

        var (openBatches, openItems) = await OpenAsync(EngineHost.Tenant);
        openBatches.ShouldBe(Copies * 5);
        openItems.ShouldBe(Copies * ((4 * 10) + 5));
        var upgraded = await SeriesAsync(EngineHost.Tenant);
        Figures(upgraded).ShouldBe((0, 0, 0, 0, 0, 0, 0));
        Open(upgraded).ShouldBe((openBatches, openItems));
        upgraded.Exact.ShouldBeFalse();
        Open(await SeriesAsync(EngineHost.OtherTenant))
            .ShouldBe(await OpenAsync(EngineHost.OtherTenant));
        var before = await OutcomesAsync();

        // All that was there goes on, and one batch that had ended.
        var host = await StartAsync();
        await host.Get<BatchRetry>()
            .RetryAsync(EngineHost.Tenant, retried, new RetryRequest(ItemState.Failed, null), Stop);
        foreach (var id in await IdsAsync("paused"))
        {
            await host.Get<BatchSteering>().ResumeAsync(EngineHost.Tenant, id, Stop);
        }
        await RunAsync(
            "update jobs.chunks set state = 'ready', due_at = null where state = 'scheduled' and tenant_id = 2"
        );
        foreach (var id in await IdsAsync("queued", "running"))
        {
            await host.WaitForEndAsync(id, Stop);
        }

        var after = await SeriesAsync(EngineHost.Tenant);
        var (succeeded, failed, cancelled) = await OutcomesAsync();
        // Of the retried one nothing failed any more.
        Figures(after)
            .ShouldBe(
                (
                    0,
                    openBatches + 1,
                    succeeded - before.Succeeded,
                    failed - before.Failed + 5,
                    cancelled - before.Cancelled,
                    1,
                    5
                )
            );
        after.Totals.Succeeded.ShouldBe(openItems + 5);
        Open(after).ShouldBe((0, 0));
        // What is open is right in every minute, back to before it was counted.
        Open(after, bucket: 0).ShouldBe((openBatches, openItems));

        await RunAsync("update jobs.batch_tallies set at = at - interval '5 minutes'");
        await new TallyFold(Database.DataSource).RunAsync(Stop);
        (await SeriesAsync(EngineHost.Tenant)).Totals.ShouldBe(after.Totals);
        (
            await Database.ScalarAsync<bool>(
                "select bool_and(batches = 0 and items = 0) from jobs.batch_levels where tenant_id = $1",
                Stop,
                EngineHost.Tenant
            )
        ).ShouldBeTrue();
    }

    // Batches in all states, by the engine; returns one of which some items failed.
    private async Task<Guid> FillAsync(TaskCompletionSource halves)
    {
        var held = 0;
        var host = await StartAsync(
            new EngineHostOptions
            {
                Kind = kind => kind.ItemsPerPage = 5,
                Engine = engine =>
                {
                    engine.Slots = Copies * 2;
                    engine.GracePeriod = TimeSpan.FromMilliseconds(50);
                },
                Handle = async (item, token) =>
                {
                    var text = item.Payload.Span;
                    var fails =
                        text.IndexOf("fail"u8) >= 0
                        || (text.IndexOf("part"u8) >= 0 && item.Index % 2 == 0);
                    if (text.IndexOf("half"u8) >= 0 && item.Index >= 5)
                    {
                        if (item.Index == 5 && Interlocked.Increment(ref held) == Copies)
                        {
                            halves.TrySetResult();
                        }
                        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                    }
                    return fails ? ItemOutcome.Failure(Broken) : ItemOutcome.Success();
                },
            }
        );
        var steering = host.Get<BatchSteering>();
        var later = host.Draft() with { NotBefore = TimeProvider.System.GetUtcNow().AddHours(1) };
        var partial = Guid.Empty;
        var ending = new List<Guid>();
        for (var i = 0; i < Copies; i++)
        {
            async Task<Guid> AddAsync(string what, BatchDraft? draft = null) =>
                (
                    await host.SubmitAsync(
                        Enumerable.Repeat($"{{\"do\":\"{what}\"}}", 10),
                        Stop,
                        draft
                    )
                ).Id;
            ending.AddRange([await AddAsync("well"), partial = await AddAsync("part")]);
            ending.AddRange([await AddAsync("fail"), await AddAsync("gone")]);
            await AddAsync("half");
            await AddAsync("well", later);
            var first = await AddAsync("well", later);
            await AddAsync("well", host.Draft() with { After = first });
            await steering.PauseAsync(EngineHost.Tenant, await AddAsync("well", later), Stop);
            await steering.CancelAsync(EngineHost.Tenant, await AddAsync("well", later), Stop);
            await AddAsync("well", later with { TenantId = EngineHost.OtherTenant });
        }
        foreach (var id in ending)
        {
            await host.WaitForEndAsync(id, Stop);
        }
        await steering.DeleteAsync(EngineHost.Tenant, ending[^1], Stop);
        await WithinPatienceAsync(halves.Task);
        foreach (var id in await IdsAsync("running"))
        {
            await host.WaitUntilAsync(id, s => s.Counts.Succeeded == 5, Stop);
        }
        // What it holds goes back.
        await host.StopAsync(Stop);
        return partial;
    }

    private async Task<List<Guid>> IdsAsync(params string[] states)
    {
        await using var command = Database.DataSource.Requests.CreateCommand(
            "select id from jobs.batches where tenant_id = 2 and state = any ($1) order by id"
        );
        command.Parameters.Add(new() { Value = states });
        await using var row = await command.ExecuteReaderAsync(Stop);
        var ids = new List<Guid>();
        while (await row.ReadAsync(Stop))
        {
            ids.Add(row.GetGuid(0));
        }
        return ids;
    }

    private async Task<(long Batches, long Items)> OpenAsync(int tenant) =>
        (
            await SumAsync(
                "select count(*) from jobs.batches where finished_at is null and tenant_id = $1",
                tenant
            ),
            await SumAsync(
                "select sum(total - succeeded - failed - cancelled) from jobs.batches where tenant_id = $1",
                tenant
            )
        );

    private async Task<(long Succeeded, long Failed, long Cancelled)> OutcomesAsync() =>
        (
            await SumAsync("select sum(succeeded) from jobs.batches where tenant_id = $1", 2),
            await SumAsync("select sum(failed) from jobs.batches where tenant_id = $1", 2),
            await SumAsync("select sum(cancelled) from jobs.batches where tenant_id = $1", 2)
        );

    private Task<long> SumAsync(string sql, int tenant) =>
        Database.ScalarAsync<long>(sql, Stop, tenant);

    private async Task RunAsync(string sql)
    {
        await using var command = Database.DataSource.Requests.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Stop);
    }

    private static (long, long, long, long, long, long, long) Figures(DashboardSeries series)
    {
        var t = series.Totals;
        return (t.Batches, t.Ended, t.Succeeded, t.Failed, t.Cancelled, t.Reopened, t.Returned);
    }

    private static (long, long) Open(DashboardSeries series, int? bucket = null)
    {
        var at = series.Buckets[bucket ?? series.Buckets.Count - 1];
        return (at.OpenBatches!.Value, at.Open!.Value);
    }

    private async Task<DashboardSeries> SeriesAsync(int tenant)
    {
        await using var source = TestSource.Of(Database);
        var now = TimeProvider.System.GetUtcNow();
        return await new StatisticsReader(source, Options.Create(new MetricsOptions())).SeriesAsync(
            tenant,
            DashboardSpan.Of(now.AddHours(-1), now, 60),
            Stop
        );
    }
}
