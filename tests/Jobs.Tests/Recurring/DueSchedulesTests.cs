using Jobs.Batches;
using Jobs.Recurring;
using Jobs.Testing;
using Jobs.Tests.Engine;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Recurring;

/// <summary>What recurs.</summary>
public sealed class DueSchedulesTests : EngineTest
{
    private const string Yearly = "0 0 1 1 *";
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);

    [Fact]
    public async Task What_is_due_fires_exactly_once_however_many_workers_look()
    {
        await AddAsync("s", Yearly, count: 25);
        var first = await StartAsync();
        await StartAsync();
        await StartAsync();

        await UntilAsync(
            "select count(*) = 25 from jobs.schedules where last_batch_id is not null"
        );
        await UntilAsync("select bool_and(finished_at is not null) from jobs.batches");

        (await Database.ScalarAsync<long>("select count(*) from jobs.batches", Stop)).ShouldBe(25);
        (
            await Database.ScalarAsync<bool>(
                "select bool_and(enabled and next_at > now() + interval '1 hour') from jobs.schedules",
                Stop
            )
        ).ShouldBeTrue();
        var id = await Database.ScalarAsync<Guid>("select last_batch_id from jobs.schedules", Stop);
        var batch = await first.ReadAsync(id, Stop);
        batch.Priority.ShouldBe(Priority.Low);
        batch.Counts.Total.ShouldBe(2);
    }

    [Fact]
    public async Task Ticks_that_nobody_was_there_for_are_made_up_for_once()
    {
        await AddAsync("s", "* * * * *", age: "3 hours");
        await StartAsync();

        await UntilAsync("select last_batch_id is not null from jobs.schedules");
        await UntilAsync("select next_at > now() from jobs.schedules");

        (
            await Database.ScalarAsync<long>("select count(*) from jobs.batches", Stop)
        ).ShouldBeLessThanOrEqualTo(2);
    }

    [Theory]
    [InlineData("61 * * * *", "UTC", "61")]
    [InlineData(Yearly, "Europe/Nowhere", "Europe/Nowhere")]
    [InlineData(Yearly, "../../etc/passwd", "no time zone")]
    [InlineData("0 0 30 2 *", "America/New_York", "never comes")]
    public async Task One_whose_next_tick_cannot_be_known_is_disabled_and_the_others_go_on(
        string cron,
        string zone,
        string reason
    )
    {
        await AddAsync("broken", cron, zone: zone);
        await AddAsync("sound", Yearly, age: "1 minute");

        var host = await StartAsync();
        var logged = await host.Log.WaitForAsync("Schedule broken", Stop);
        await UntilAsync(
            "select last_batch_id is not null from jobs.schedules where name = 'sound0'"
        );
        await UntilAsync("select not enabled from jobs.schedules where name = 'broken0'");

        logged.ShouldStartWith("Error");
        logged.ShouldContain(reason);
        (await ErrorOfAsync("broken0")).ShouldContain(reason);
        // What else is due is still done.
        var retried = await host.SubmitAsync(
            1,
            Stop,
            host.Draft() with
            {
                NotBefore = TimeProvider.System.GetUtcNow() + TimeSpan.FromMilliseconds(100),
            }
        );
        await host.WaitForEndAsync(retried.Id, Stop);
        (await Database.ScalarAsync<long>("select count(*) from jobs.batches", Stop)).ShouldBe(2);
    }

    [Theory]
    [InlineData("not json", "is not valid JSON")]
    [InlineData("", "must have at least one item")]
    [InlineData("[]", "must be an object")]
    public async Task One_whose_submission_fails_says_so_in_its_history_and_goes_on_at_its_next_tick(
        string items,
        string reason
    )
    {
        await AddAsync("bad", Yearly, items: items);
        await AddAsync("sound", Yearly, age: "1 minute");

        await StartAsync();
        await UntilAsync(
            "select last_batch_id is not null from jobs.schedules where name = 'sound0'"
        );
        await UntilAsync("select count(*) = 1 from jobs.schedule_runs where name = 'bad0'");

        (await ErrorOfAsync("bad0")).ShouldContain(reason);
        (
            await Database.ScalarAsync<bool>(
                "select enabled and next_at > now() and last_batch_id is null from jobs.schedules where name = 'bad0'",
                Stop
            )
        ).ShouldBeTrue();
        (await Database.ScalarAsync<long>("select count(*) from jobs.batches", Stop)).ShouldBe(1);
    }

    [Fact]
    public async Task What_the_database_refuses_is_that_schedules_failure_alone()
    {
        await Database.ScalarAsync<int>(
            """
            create function refuse() returns trigger language plpgsql as
            $$ begin raise exception 'No batches of a low priority' using errcode = 'check_violation'; end $$;
            create trigger refuse before insert on jobs.batches
                for each row when (new.priority = 2) execute function refuse();
            """,
            Stop
        );
        await AddAsync("bad", Yearly);
        await AddAsync("sound", Yearly, age: "1 minute", priority: 1);

        await StartAsync();
        await UntilAsync(
            "select last_batch_id is not null from jobs.schedules where name = 'sound0'"
        );

        (await ErrorOfAsync("bad0")).ShouldBe("database_refused: No batches of a low priority");
        (
            await Database.ScalarAsync<bool>(
                "select enabled and next_at > now() from jobs.schedules where name = 'bad0'",
                Stop
            )
        ).ShouldBeTrue();
    }

    [Fact]
    public async Task What_was_missed_is_left_out_where_the_schedule_says_so()
    {
        await AddAsync("s", Yearly, age: "3 hours", missed: "skip");
        await AddAsync("minutely", "* * * * *", age: "3 hours", missed: "skip");

        var host = await StartAsync();
        await UntilAsync("select count(*) = 2 from jobs.schedule_runs");

        (
            await Database.ScalarAsync<string>(
                "select state || ' ' || missed from jobs.schedule_runs where name = 's0'",
                Stop
            )
        ).ShouldBe("skipped 0");
        // A tick of the last minute was in time; those before it are counted.
        (
            await Database.ScalarAsync<bool>(
                """
                select r.state = 'submitted' and r.due_at > now() - interval '2 minutes' and r.missed between 178 and 181
                from jobs.schedule_runs r where r.name = 'minutely0' order by id limit 1
                """,
                Stop
            )
        ).ShouldBeTrue();
        (
            await Database.ScalarAsync<bool>(
                "select bool_and(next_at > now()) from jobs.schedules",
                Stop
            )
        ).ShouldBeTrue();
        host.Log.Entries.ShouldContain(e => e.Contains("Schedule s0 left out 1 missed"));
    }

    [Fact]
    public async Task A_worker_that_is_killed_between_the_steps_leaves_nothing_and_another_fires_it_once()
    {
        // Whoever fires waits here, when the batch is written and the history is not.
        await Database.ScalarAsync<int>(
            """
            create function wait() returns trigger language plpgsql as
            $$ begin perform pg_advisory_xact_lock_shared(42); return new; end $$;
            create trigger wait before insert on jobs.schedule_runs for each row execute function wait();
            """,
            Stop
        );
        await AddAsync("s", Yearly);
        await using var gate = await Database.DataSource.Requests.OpenConnectionAsync(Stop);
        await ExecuteAsync(gate, "select pg_advisory_lock(42)");
        await StartAsync();
        await StartAsync();
        const string Firing = """
            from pg_stat_activity a
            join pg_locks l on l.pid = a.pid and l.locktype = 'advisory' and not l.granted
            where a.datname = current_database()
            """;
        await UntilAsync($"select count(*) = 1 {Firing}");
        (await Database.ScalarAsync<long>("select count(*) from jobs.batches", Stop)).ShouldBe(0);

        await Database.ScalarAsync<bool>($"select pg_terminate_backend(a.pid) {Firing}", Stop);
        await ExecuteAsync(gate, "select pg_advisory_unlock(42)");
        await UntilAsync("select last_batch_id is not null from jobs.schedules");
        await UntilAsync("select bool_and(finished_at is not null) from jobs.batches");

        (await Database.ScalarAsync<long>("select count(*) from jobs.batches", Stop)).ShouldBe(1);
        (
            await Database.ScalarAsync<bool>(
                """
                select count(*) = 1 and bool_and(r.state = 'submitted' and r.batch_id = s.last_batch_id and s.next_at > now())
                from jobs.schedule_runs r join jobs.schedules s using (tenant_id, name)
                """,
                Stop
            )
        ).ShouldBeTrue();
    }

    [Fact]
    public async Task The_history_keeps_the_last_hundred()
    {
        await AddAsync("s", Yearly);
        await Database.ScalarAsync<int>(
            """
            insert into jobs.schedule_runs (tenant_id, name, due_at, state)
            select 2, 's0', now() - n * interval '1 day', 'skipped' from generate_series(1, 150) n
            """,
            Stop
        );

        await StartAsync();
        await UntilAsync("select last_batch_id is not null from jobs.schedules");

        (
            await Database.ScalarAsync<long>("select count(*) from jobs.schedule_runs", Stop)
        ).ShouldBe(ScheduleLimits.Runs);
        (
            await Database.ScalarAsync<string>(
                "select state from jobs.schedule_runs order by id desc limit 1",
                Stop
            )
        ).ShouldBe("submitted");
    }

    [Fact]
    public async Task One_of_a_kind_that_nobody_knows_fails_when_its_time_of_grace_is_over()
    {
        await AddAsync("rare", Yearly, kind: "unheard_of");

        await StartAsync(
            new EngineHostOptions { Engine = e => e.ScheduleGrace = TimeSpan.FromMilliseconds(1) }
        );
        await UntilAsync("select count(*) = 1 from jobs.schedule_runs");

        (await ErrorOfAsync("rare0")).ShouldBe(
            "kind_unknown: No worker knows the kind 'unheard_of'."
        );
        (
            await Database.ScalarAsync<bool>(
                "select enabled and next_at > now() from jobs.schedules",
                Stop
            )
        ).ShouldBeTrue();
    }

    [Fact]
    public async Task One_of_a_kind_that_no_worker_knows_waits_for_one_that_does()
    {
        const string Kind = "unheard_of";
        await AddAsync("rare", Yearly, kind: Kind);
        await AddAsync("sound", Yearly, age: "1 minute");

        await StartAsync();
        await UntilAsync(
            "select last_batch_id is not null from jobs.schedules where name = 'sound0'"
        );
        (
            await Database.ScalarAsync<bool>(
                "select enabled and last_batch_id is null from jobs.schedules where name = 'rare0'",
                Stop
            )
        ).ShouldBeTrue();
        await StartAsync(
            new EngineHostOptions { Services = services => services.AddKind<WorkHandler>(Kind) }
        );

        await UntilAsync(
            "select last_batch_id is not null from jobs.schedules where name = 'rare0'"
        );
    }

    [Fact]
    public async Task One_that_the_product_brings_is_there_after_the_start_and_stays_as_it_was_left()
    {
        var options = new EngineHostOptions
        {
            Services = services =>
                services.AddSingleton(
                    new BuiltInSchedule("tidy", Yearly, EngineHost.Kind, "{\"a\":1}")
                ),
        };
        var first = await StartAsync(options);
        await UntilAsync("select count(*) = 1 from jobs.schedules where name = 'tidy'");
        await first.StopAsync(Stop);
        await Database.ScalarAsync<int>("update jobs.schedules set cron = '5 5 * * *'", Stop);

        await StartAsync(options);
        await AddAsync("sound", Yearly);
        await UntilAsync(
            "select last_batch_id is not null from jobs.schedules where name = 'sound0'"
        );

        (
            await Database.ScalarAsync<string>(
                "select cron from jobs.schedules where name = 'tidy'",
                Stop
            )
        ).ShouldBe("5 5 * * *");
    }

    private Task AddAsync(
        string name,
        string cron,
        int count = 1,
        string zone = "UTC",
        string kind = EngineHost.Kind,
        string items = "{\"n\":0}\n{\"n\":1}",
        string age = "1 hour",
        int priority = 2,
        string missed = "run_once"
    ) =>
        Database.ScalarAsync<int>(
            """
            insert into jobs.schedules (tenant_id, name, cron, time_zone, kind, priority, items, next_at, missed)
            select 2, $1 || n, $2, $3, $4, $8, $5, now() - $6::text::interval, $9
            from generate_series(0, $7 - 1) n
            """,
            Stop,
            name,
            cron,
            zone,
            kind,
            items,
            age,
            count,
            priority,
            missed
        );

    private async Task<string> ErrorOfAsync(string name) =>
        (
            await Database.ScalarAsync<string>(
                "select error_code || ': ' || error from jobs.schedule_runs where state = 'failed' and name = $1",
                Stop,
                name
            )
        )!;

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Stop);
    }

    private async Task UntilAsync(string condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(EngineHost.Patience);
        while (!await Database.ScalarAsync<bool>(condition, limit.Token))
        {
            await Task.Delay(LookInterval, TimeProvider.System, limit.Token);
        }
    }
}
