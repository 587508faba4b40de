using System.Globalization;
using Jobs.Batches;
using Jobs.Engine;
using Jobs.Testing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Engine;

/// <summary>What recurs.</summary>
public sealed class SchedulesTests : EngineTest
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
    [InlineData("61 * * * *", "UTC", "{}", "61")]
    [InlineData(Yearly, "Europe/Nowhere", "{}", "Europe/Nowhere")]
    [InlineData(Yearly, "UTC", "not json", "is not valid JSON")]
    [InlineData(Yearly, "UTC", "", "must have at least one item")]
    [InlineData("0 0 30 2 *", "America/New_York", "{}", "never comes")]
    public async Task One_that_cannot_fire_is_disabled_and_the_others_go_on(
        string cron,
        string zone,
        string items,
        string reason
    )
    {
        await AddAsync("broken", cron, zone: zone, items: items);
        await AddAsync("sound", Yearly, age: "1 minute");

        var host = await StartAsync();
        var logged = await host.Log.WaitForAsync("Schedule broken", Stop);
        await UntilAsync(
            "select last_batch_id is not null from jobs.schedules where name = 'sound0'"
        );
        await UntilAsync("select not enabled from jobs.schedules where name = 'broken0'");

        logged.ShouldStartWith("Error");
        logged.ShouldContain(reason);
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

    [Theory]
    // 02:30 does not exist on the day when clocks go forward.
    [InlineData("30 2 * * *", "2026-03-28T12:00:00Z", "2026-03-30T00:30:00Z")]
    [InlineData("30 2 * * *", "2026-03-28T01:29:59Z", "2026-03-28T01:30:00Z")]
    // And comes twice on the day when they go back: it counts once, the first time.
    [InlineData("30 2 * * *", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z")]
    [InlineData("30 2 * * *", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z")]
    [InlineData("30 2 * * *", "2026-10-25T01:00:00Z", "2026-10-26T01:30:00Z")]
    // Every tick is later than the one before, through both.
    [InlineData("0 0 * * *", "2026-03-29T12:00:00Z", "2026-03-29T22:00:00Z")]
    [InlineData("0 0 * * *", "2026-10-25T12:00:00Z", "2026-10-25T23:00:00Z")]
    public void The_next_tick_is_in_local_time(string cron, string after, string next) =>
        Schedules.NextTick(cron, Berlin, Utc(after)).ShouldBe(Utc(next));

    [Fact]
    public void Ticks_go_forward_through_a_year_of_clock_changes()
    {
        var tick = Utc("2026-01-01T00:00:00Z");
        var end = Utc("2027-01-01T00:00:00Z");
        var days = new HashSet<DateOnly>();
        while (tick < end)
        {
            var next = Schedules.NextTick("30 2 * * *", Berlin, tick);
            next.ShouldBeGreaterThan(tick);
            days.Add(DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(next, Berlin).DateTime))
                .ShouldBeTrue();
            tick = next;
        }
        // The first of the next year is among them, the day without 02:30 is not.
        days.Count.ShouldBe(365);
    }

    private static TimeZoneInfo Berlin { get; } =
        TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    private static DateTimeOffset Utc(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private Task AddAsync(
        string name,
        string cron,
        int count = 1,
        string zone = "UTC",
        string kind = EngineHost.Kind,
        string items = "{\"n\":0}\n{\"n\":1}",
        string age = "1 hour"
    ) =>
        Database.ScalarAsync<int>(
            """
            insert into jobs.schedules (tenant_id, name, cron, time_zone, kind, priority, items, next_at)
            select 2, $1 || n, $2, $3, $4, 2, $5, now() - $6::text::interval
            from generate_series(0, $7 - 1) n
            """,
            Stop,
            name,
            cron,
            zone,
            kind,
            items,
            age,
            count
        );

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
