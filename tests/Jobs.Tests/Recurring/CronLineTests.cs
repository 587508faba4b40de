using System.Globalization;
using Jobs.Recurring;
using Shouldly;
using Xunit;

namespace Jobs.Tests.Recurring;

public sealed class CronLineTests
{
    [Theory]
    [InlineData("* * * * *", "2026-03-01T00:00:00Z", "2026-03-01T00:01:00Z")]
    [InlineData("*/15 * * * *", "2026-03-01T00:45:00Z", "2026-03-01T01:00:00Z")]
    [InlineData("5/20 * * * *", "2026-03-01T00:46:00Z", "2026-03-01T01:05:00Z")]
    [InlineData("0 9-17/4 * * MON-FRI", "2026-03-06T13:00:01Z", "2026-03-06T17:00:00Z")]
    [InlineData("0 9-17/4 * * mon-fri", "2026-03-06T17:00:00Z", "2026-03-09T09:00:00Z")]
    // Both 0 and 7 are Sunday, and a range may end with it.
    [InlineData("0 0 * * 0", "2026-03-02T00:00:00Z", "2026-03-08T00:00:00Z")]
    [InlineData("0 0 * * 7", "2026-03-02T00:00:00Z", "2026-03-08T00:00:00Z")]
    [InlineData("0 0 * * 5-7", "2026-03-07T00:00:00Z", "2026-03-08T00:00:00Z")]
    [InlineData("0 0 * * 1/2", "2026-03-06T12:00:00Z", "2026-03-09T00:00:00Z")]
    // The 13th and every Friday.
    [InlineData("0 0 13 * 5", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")]
    [InlineData("0 0 13 * 5", "2026-01-09T00:00:00Z", "2026-01-13T00:00:00Z")]
    [InlineData("0 0 29 2 *", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z")]
    [InlineData("30 4 1,15 JAN,JUL *", "2026-01-15T04:30:00Z", "2026-07-01T04:30:00Z")]
    public void A_line_means_what_crontab_means(string cron, string after, string next) =>
        Line(cron).Next(TimeZoneInfo.Utc, Utc(after)).ShouldBe(Utc(next));

    [Theory]
    [InlineData("", "five fields")]
    [InlineData("* * * *", "it has 4")]
    [InlineData("0 * * * * *", "it has 6")]
    [InlineData("@daily", "it has 1")]
    [InlineData("60 * * * *", "the minute '60' must be from 0 to 59")]
    [InlineData("-1 * * * *", "the minute '-1'")]
    [InlineData("* 24 * * *", "the hour '24' must be from 0 to 23")]
    [InlineData("* * 0 * *", "the day of the month '0'")]
    [InlineData("* * * 13 *", "the month '13'")]
    [InlineData("* * * FOO *", "the month 'FOO'")]
    [InlineData("* * * * 8", "the day of the week '8' must be from 0 to 7")]
    [InlineData("*/0 * * * *", "the step of the minute '*/0'")]
    [InlineData("*/x * * * *", "the step of the minute '*/x'")]
    [InlineData("1,,2 * * * *", "the minute ''")]
    [InlineData("5-1 * * * *", "backwards")]
    [InlineData("1-2-3 * * * *", "the minute '1-2-3'")]
    [InlineData("1/2/3 * * * *", "the minute '1/2/3'")]
    [InlineData("0 0 31 2,4,6 *", "never comes")]
    public void A_line_that_is_none_says_which_field_breaks_which_rule(string cron, string rule)
    {
        CronLine.TryParse(cron, out var line, out var said).ShouldBeFalse();
        line.ShouldBeNull();
        said.ShouldNotBeNull().ShouldContain(rule);
    }

    [Theory]
    // What recurs all the time goes on through the hour that comes twice, and over the one that does not come.
    [InlineData("*/30 * * * *", "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z")]
    [InlineData("*/30 * * * *", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z")]
    [InlineData("*/30 * * * *", "2026-10-25T01:30:00Z", "2026-10-25T02:00:00Z")]
    [InlineData("*/30 * * * *", "2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z")]
    [InlineData("0 2-3 * * *", "2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z")]
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
        Line(cron).Next(Berlin, Utc(after)).ShouldBe(Utc(next));

    [Fact]
    public void Ticks_go_forward_through_a_year_of_clock_changes()
    {
        var tick = Utc("2026-01-01T00:00:00Z");
        var end = Utc("2027-01-01T00:00:00Z");
        var days = new HashSet<DateOnly>();
        while (tick < end)
        {
            var next = Line("30 2 * * *").Next(Berlin, tick);
            next.ShouldBeGreaterThan(tick);
            days.Add(DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(next, Berlin).DateTime))
                .ShouldBeTrue();
            tick = next;
        }
        // The first of the next year is among them, the day without 02:30 is not.
        days.Count.ShouldBe(365);
    }

    [Theory]
    [InlineData("* * * * *")]
    [InlineData("*/7 * * * *")]
    [InlineData("15 */2 * * *")]
    public void What_names_no_hour_comes_as_often_as_an_hour_has_it(string cron)
    {
        var tick = Utc("2026-10-24T12:00:00Z");
        var line = Line(cron);
        while (tick < Utc("2026-10-26T12:00:00Z"))
        {
            var next = line.Next(Berlin, tick);
            // No gap is longer than any other day has: the repeated hour is no hour without ticks.
            (next - tick).ShouldBeInRange(TimeSpan.FromMinutes(1), TimeSpan.FromHours(2));
            tick = next;
        }
    }

    [Theory]
    [InlineData("Europe/Berlin", true)]
    [InlineData("UTC", true)]
    [InlineData("America/Argentina/Buenos_Aires", true)]
    [InlineData("Etc/GMT+5", true)]
    [InlineData("Europe/Nowhere", false)]
    [InlineData("", false)]
    [InlineData("../../etc/passwd", false)]
    [InlineData("Europe/Berlin\0", false)]
    public void Zones_are_found_by_their_names_alone(string name, bool found) =>
        TimeZones.TryFind(name, out _).ShouldBe(found);

    [Theory]
    [InlineData("UTC", "2026-02-27T00:00:00Z")]
    [InlineData("Europe/Berlin", "2026-03-27T00:00:00Z")]
    [InlineData("Europe/Berlin", "2026-10-23T00:00:00Z")]
    // Half an hour, at two in the morning.
    [InlineData("Australia/Lord_Howe", "2026-04-03T00:00:00Z")]
    [InlineData("Australia/Lord_Howe", "2026-10-02T00:00:00Z")]
    // At midnight: a day without a first hour.
    [InlineData("America/Santiago", "2026-09-04T00:00:00Z")]
    [InlineData("America/Santiago", "2026-04-03T00:00:00Z")]
    public void Ticks_are_those_minutes_that_a_look_at_every_minute_finds(string name, string from)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(name);
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var i = 0; i < 40; i++)
        {
            var fields = CronField
                .All.Select(f => random.Next(3) == 0 ? Some(random, f.Least, f.Most) : null)
                .ToArray();
            var text = string.Join(' ', fields.Select(f => f is null ? "*" : string.Join(',', f)));
            if (!CronLine.TryParse(text, out var line, out _))
            {
                continue;
            }
            var expected = Enumerable
                .Range(1, 4 * 24 * 60)
                .Select(m => Utc(from).AddMinutes(m))
                .Where(t => Matches(fields, zone, t))
                .ToList();
            var ticks = new List<DateTimeOffset>();
            for (
                var tick = line.Next(zone, Utc(from));
                tick <= Utc(from).AddDays(4);
                tick = line.Next(zone, tick)
            )
            {
                ticks.Add(tick);
            }

            ticks.ShouldBe(expected, $"'{text}', seed {seed}");
        }
    }

    private static int[] Some(Random random, int least, int most) =>
        [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.Next(least, most + 1))];

    private static bool Matches(int[]?[] fields, TimeZoneInfo zone, DateTimeOffset at)
    {
        var local = TimeZoneInfo.ConvertTime(at, zone);
        bool Has(int field, int value) => fields[field]?.Contains(value) != false;
        var ofMonth = Has(2, local.Day);
        var ofWeek =
            Has(4, (int)local.DayOfWeek) || (local.DayOfWeek == DayOfWeek.Sunday && Has(4, 7));
        var second =
            zone.IsAmbiguousTime(local.DateTime)
            && local.Offset != zone.GetAmbiguousTimeOffsets(local.DateTime).Max();
        return Has(0, local.Minute)
            && Has(1, local.Hour)
            && Has(3, local.Month)
            && (
                fields[2] is not null && fields[4] is not null
                    ? ofMonth || ofWeek
                    : ofMonth && ofWeek
            )
            && (fields[1] is null || !second);
    }

    private static CronLine Line(string cron) =>
        CronLine.TryParse(cron, out var line, out var rule)
            ? line
            : throw new InvalidOperationException(rule);

    private static TimeZoneInfo Berlin { get; } =
        TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    private static DateTimeOffset Utc(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
