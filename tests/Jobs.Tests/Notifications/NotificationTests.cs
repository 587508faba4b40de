using Jobs.Kinds.Cleanup;
using Jobs.Notifications;
using Jobs.Testing;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Notifications;

/// <summary>What the database writes of notifications, and what is kept of them.</summary>
public sealed class NotificationTests : IAsyncLifetime
{
    private TestDatabase database = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        database = await TestDatabase.CreateAsync(migrated: true, Stop);

    public ValueTask DisposeAsync() => database.DisposeAsync();

    [Fact]
    public async Task A_schedule_is_told_of_when_it_begins_to_fail()
    {
        await RunAsync(
            """
            insert into jobs.schedules (tenant_id, name, cron, kind, items, next_at) values (2, 's', '* * * * *', 'k', '{}', now());
            """
        );
        foreach (var state in (string[])["failed", "failed", "skipped", "failed", "failed"])
        {
            await RunAsync(
                $"""
                insert into jobs.schedule_runs (tenant_id, name, state, error_code, error)
                select 2, 's', '{state}', case when '{state}' = 'failed' then 'kind_unknown' end, 'Why.'
                """
            );
        }

        (await CountAsync("schedule")).ShouldBe(2);
        (
            await database.ScalarAsync<string>(
                "select data ->> 'code' from jobs.notifications limit 1",
                Stop
            )
        ).ShouldBe("kind_unknown");
    }

    [Fact]
    public async Task Only_what_is_chosen_is_told_of()
    {
        await RunAsync(
            "update jobs.notification_settings set types = array['failed', 'finished'], finished_from = 3"
        );
        await EndAsync(total: 2, failed: 0);
        await EndAsync(total: 3, failed: 0);
        await EndAsync(total: 3, failed: 1);
        await EndAsync(total: 3, failed: 3);

        (await CountAsync("finished")).ShouldBe(1);
        (await CountAsync("partial")).ShouldBe(0);
        (await CountAsync("failed")).ShouldBe(1);
    }

    [Fact]
    public async Task The_one_that_runs_the_service_is_told_what_befalls_its_own_work()
    {
        await EndAsync(total: 1, failed: 1, tenant: 1);

        (
            await database.ScalarAsync<int>(
                "select tenant_id from jobs.notifications where batch_id is null",
                Stop
            )
        ).ShouldBe(2);
    }

    [Fact]
    public async Task What_is_old_goes_and_a_tenant_keeps_the_newest()
    {
        await RunAsync(
            """
            insert into jobs.notifications (tenant_id, type, created_at)
            select 2, 'health', now() - case when n <= 1500 then interval '40 days' else interval '1 day' end
            from generate_series(1, 1800) n
            """
        );
        var cleanup = new NotificationCleanup(
            database.DataSource,
            Options.Create(new NotificationOptions { MaxPerTenant = 100 })
        );

        (await cleanup.PruneAsync(Stop)).ShouldBe(1700);

        (await database.ScalarAsync<long>("select min(id) from jobs.notifications", Stop)).ShouldBe(
            1701
        );
    }

    private Task<object?> RunAsync(string sql) => database.ScalarAsync<object>(sql, Stop);

    private Task<object?> EndAsync(int total, int failed, int tenant = 2) =>
        RunAsync(
            $"""
            insert into jobs.batches (
                id, tenant_id, kind, priority, state, total, succeeded, failed, max_attempts, item_timeout_ms, finished_at)
            values (
                gen_random_uuid(), {tenant}, 'work', 1, 'completed', {total}, {total
                - failed}, {failed}, 1, 1000, now())
            """
        );

    private Task<long> CountAsync(string type) =>
        database.ScalarAsync<long>(
            "select count(*) from jobs.notifications where type = $1",
            Stop,
            type
        );
}
