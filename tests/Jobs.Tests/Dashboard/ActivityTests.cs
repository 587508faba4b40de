using Jobs.Dashboard.Activities;
using Jobs.Testing;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Dashboard;

/// <summary>What happened last, from all that there is of it, in pages that stay as they are.</summary>
public sealed class ActivityTests : IAsyncLifetime
{
    // Many at the same moment, so that the order is not by time alone.
    private const string Fill = """
        insert into jobs.batches (
            id, tenant_id, kind, priority, state, total, succeeded, max_attempts, item_timeout_ms, submitted_at,
            started_at, finished_at, expires_at)
        select (substr(jobs.first_id_at(x.at)::text, 1, 24) || lpad(to_hex(n), 12, '0'))::uuid, 2, 'k', 1, 'completed', 1, 1,
            3, 60000, x.at, x.at, x.at, now() + interval '1 day'
        from generate_series(1, 30) n
        cross join lateral (select date_trunc('second', now()) - interval '1 minute' * (n / 5) as at) x;

        insert into jobs.batches (id, tenant_id, kind, priority, total, max_attempts, item_timeout_ms)
        values (gen_random_uuid(), 1, 'foreign', 1, 1, 3, 60000);

        insert into jobs.schedules (tenant_id, name, cron, kind, items, next_at)
        values (2, 's1', '* * * * *', 'k', '{}', now()), (2, 's2', '* * * * *', 'k', '{}', now()),
            (1, 'foreign', '* * * * *', 'k', '{}', now());

        insert into jobs.schedule_runs (tenant_id, name, fired_at, state, batch_id, error_code)
        select s.tenant_id, s.name, date_trunc('second', now()) - interval '1 minute' * (10 - n), case n % 3 when 0 then 'failed' when 1 then 'submitted' else 'skipped' end,
            case when n % 3 = 1 then gen_random_uuid() end, case when n % 3 = 0 then 'broken' end
        from jobs.schedules s, generate_series(1, 9) n
        order by n;

        insert into jobs.audit (at, tenant_id, tenant, actor, action, target, outcome, count)
        select date_trunc('second', now()) - interval '1 minute' * (n % 5), 2, 'default', 'somebody', a.action, a.target, a.outcome, 1
        from generate_series(1, 3) n,
            (values
                ('batch.cancel', '0197a3b0-0000-7000-8000-000000000001', 'done'),
                ('document.delete', 'd', 'done'),
                ('schedule.put', 's1', 'done'),
                ('key.create', 'k', 'done'),
                ('feature.set', 'batch', 'done'),
                ('batch.pause', 'x', 'refused'),
                ('audit.read', null, 'done')) a (action, target, outcome);

        insert into jobs.audit (tenant_id, tenant, actor, action, target, outcome)
        values (1, 'system', 'foreign', 'batch.cancel', 'x', 'done');
        """;

    private TestDatabase? database;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private TestDatabase Database => database ?? throw new InvalidOperationException();

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CreateAsync(migrated: true, Stop);
        await RunAsync(Fill);
    }

    public async ValueTask DisposeAsync()
    {
        if (database is not null)
        {
            await database.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(200)]
    public async Task Pages_of_any_length_hold_everything_once_in_one_order(int limit)
    {
        var whole = (await PageAsync(200, null)).Items;
        var paged = new List<DashboardActivity>();
        string? cursor = null;
        do
        {
            var page = await PageAsync(limit, cursor);
            page.Items.Count.ShouldBeLessThanOrEqualTo(limit);
            paged.AddRange(page.Items);
            cursor = page.NextCursor;
        } while (cursor is not null);

        paged.ShouldBe(whole);
        // Each batch three times, the runs of two schedules, the acts that were done.
        whole.Count.ShouldBe((30 * 3) + 18 + (5 * 3));
        whole.Distinct().Count().ShouldBe(whole.Count);
        whole.Select(a => a.At).ShouldBeInOrder(SortDirection.Descending);
        whole.ShouldAllBe(a =>
            a.Kind != "foreign" && a.Schedule != "foreign" && a.Actor != "foreign"
        );
    }

    [Fact]
    public async Task What_comes_meanwhile_moves_nothing_that_was_to_come()
    {
        var whole = (await PageAsync(200, null)).Items;
        var first = await PageAsync(10, null);
        await RunAsync(
            "insert into jobs.batches (id, tenant_id, kind, priority, total, max_attempts, item_timeout_ms) select (substr(jobs.first_id_at(now())::text, 1, 24) || lpad(to_hex(n), 12, 'f'))::uuid, 2, 'new', 1, 1, 3, 60000 from generate_series(1, 20) n"
        );

        (await PageAsync(200, first.NextCursor)).Items.ShouldBe(whole.Skip(10));
        (await PageAsync(20, null)).Items.ShouldAllBe(a => a.Kind == "new");
    }

    [Fact]
    public async Task A_type_alone_is_that_type_and_what_administrators_do_is_for_them()
    {
        foreach (var type in Enum.GetValues<ActivityType>())
        {
            var page = await PageAsync(200, null, type);
            page.Items.ShouldAllBe(a => a.Type == type);
        }
        (await PageAsync(200, null, ActivityType.ScheduleFailed)).Items.ShouldAllBe(a =>
            a.ErrorCode == "broken"
        );
        (await PageAsync(200, null, ActivityType.Cancelled)).Items.Count.ShouldBe(3);
        (await PageAsync(200, null, ActivityType.Paused)).Items.ShouldBeEmpty();
        (await PageAsync(200, null, ActivityType.KeyCreated)).Items.Count.ShouldBe(3);
        (await PageAsync(200, null, ActivityType.KeyCreated, isAdmin: false)).Items.ShouldBeEmpty();
        (await PageAsync(200, null, null, isAdmin: false))
            .Items.Select(a => a.Type)
            .ShouldNotContain(ActivityType.SettingsChanged);
    }

    [Fact]
    public async Task What_started_is_found_however_much_was_submitted_since()
    {
        await RunAsync(
            """
            insert into jobs.batches (id, tenant_id, kind, priority, total, max_attempts, item_timeout_ms)
            select (substr(jobs.first_id_at(now() - interval '1 hour')::text, 1, 24) || lpad(to_hex(n), 12, '0'))::uuid, 2, 'k', 1, 1, 3, 60000
            from generate_series(1, 5000) n;

            -- The first of them that was submitted is the last that starts; one is gone.
            update jobs.batches
            set kind = 'late', started_at = now() + interval '1 second'
            where id = (select id from jobs.batches where tenant_id = 2 and started_at is null order by id limit 1);

            update jobs.batches set purged_at = now()
            where id = (select id from jobs.batches where tenant_id = 2 and kind = 'k' and started_at is not null order by id limit 1);
            """
        );

        var started = (await PageAsync(200, null, ActivityType.Started)).Items;

        started.Count.ShouldBe(30);
        started[0].Kind.ShouldBe("late");
    }

    [Theory]
    [InlineData("")]
    [InlineData("1-1")]
    [InlineData("zz-1-00000000000000000000000000000000")]
    [InlineData("1-9-00000000000000000000000000000000")]
    [InlineData("7fffffffffffffff-1-00000000000000000000000000000000")]
    public void What_is_no_cursor_is_none(string text) =>
        ActivityReader.IsCursor(text).ShouldBeFalse();

    private async Task RunAsync(string sql)
    {
        await using var command = Database.DataSource.Requests.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Stop);
    }

    private async Task<ActivityPage> PageAsync(
        int limit,
        string? cursor,
        ActivityType? type = null,
        bool isAdmin = true
    )
    {
        await using var source = TestSource.Of(Database);
        return await new ActivityReader(source).ReadAsync(2, type, isAdmin, limit, cursor, Stop);
    }
}
