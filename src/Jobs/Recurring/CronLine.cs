using System.Diagnostics.CodeAnalysis;

namespace Jobs.Recurring;

/// <summary>
/// A cron line of the standard five fields, after crontab(5): lists, ranges, steps, names of months and days. Where
/// day of the month and day of the week both say something, a day counts on which either is met. Immutable.
/// </summary>
public sealed class CronLine
{
    // The longest gap between two 29th of February that fall on one of some days of the week is shorter.
    private const int MostDays = 45 * 366;

    private readonly ulong minutes;
    private readonly ulong hours;
    private readonly ulong days;
    private readonly ulong months;
    private readonly ulong weekdays;
    private readonly bool eitherDay;
    private readonly bool everyHour;

    private CronLine(string text, ulong[] fields, bool eitherDay, bool everyHour)
    {
        Text = text;
        (minutes, hours, days, months, weekdays) = (
            fields[0],
            fields[1],
            fields[2],
            fields[3],
            fields[4]
        );
        this.eitherDay = eitherDay;
        this.everyHour = everyHour;
    }

    /// <summary>As it was written, with single spaces.</summary>
    public string Text { get; }

    /// <summary>Reads a line, or says which rule it breaks, and in which field.</summary>
    public static bool TryParse(
        string text,
        [NotNullWhen(true)] out CronLine? line,
        [NotNullWhen(false)] out string? rule
    )
    {
        line = null;
        var parts = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != CronField.All.Count)
        {
            rule =
                $"must have five fields (minute, hour, day of the month, month, day of the week); it has {parts.Length}";
            return false;
        }
        var fields = new ulong[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (CronField.All[i].Parse(parts[i], out fields[i]) is { } broken)
            {
                rule = broken;
                return false;
            }
        }
        var made = new CronLine(
            string.Join(' ', parts),
            fields,
            eitherDay: parts[2][0] != '*' && parts[4][0] != '*',
            everyHour: parts[1][0] == '*'
        );
        if (made.NextLocal(new DateTime(2000, 1, 1)) is null)
        {
            rule = $"'{made.Text}' never comes";
            return false;
        }
        line = made;
        rule = null;
        return true;
    }

    /// <summary>
    /// The first tick after a time. A local time that daylight saving skips never comes. One that it repeats comes
    /// once, the first time; where the line names no hour, it comes both times: what recurs all the time goes on.
    /// </summary>
    public DateTimeOffset Next(TimeZoneInfo zone, DateTimeOffset after)
    {
        var offset = zone.GetUtcOffset(after);
        var local = after.ToOffset(offset).DateTime;
        while (true)
        {
            local = NextLocal(local) ?? throw new InvalidOperationException("It never comes.");
            var tick = new DateTimeOffset(local, offset);
            var real = zone.GetUtcOffset(tick);
            if (real == offset)
            {
                var second =
                    zone.IsAmbiguousTime(local)
                    && offset != zone.GetAmbiguousTimeOffsets(local).Max();
                if (everyHour || !second)
                {
                    return tick.ToUniversalTime();
                }
                continue;
            }
            // The clocks change before it comes: go on from there.
            var change = ChangeBetween(zone, after, tick);
            after = change;
            offset = zone.GetUtcOffset(change);
            local = change.ToOffset(offset).DateTime.AddTicks(-1);
        }
    }

    /// <summary>How many ticks come after one time and until another, counted up to a limit.</summary>
    public int Count(TimeZoneInfo zone, DateTimeOffset after, DateTimeOffset until, int limit)
    {
        var count = 0;
        for (var tick = Next(zone, after); tick <= until && count < limit; tick = Next(zone, tick))
        {
            count++;
        }
        return count;
    }

    // The first instant, to the second, at which the offset is no longer the one before.
    private static DateTimeOffset ChangeBetween(
        TimeZoneInfo zone,
        DateTimeOffset before,
        DateTimeOffset after
    )
    {
        var old = zone.GetUtcOffset(before);
        while (after - before > TimeSpan.FromSeconds(1))
        {
            var middle = before + ((after - before) / 2);
            if (zone.GetUtcOffset(middle) == old)
            {
                before = middle;
            }
            else
            {
                after = middle;
            }
        }
        return new DateTimeOffset(
            after.Ticks - (after.Ticks % TimeSpan.TicksPerSecond),
            after.Offset
        );
    }

    private static bool Has(ulong set, int value) => (set >> value & 1) != 0;

    private DateTime? NextLocal(DateTime after)
    {
        // The first whole minute after it.
        var from = after.AddTicks(
            TimeSpan.TicksPerMinute - (after.Ticks % TimeSpan.TicksPerMinute)
        );
        var day = from.Date;
        for (var i = 0; i < MostDays; i++, day = day.AddDays(1))
        {
            if (IsDay(day) && FirstOn(day, day == from.Date ? from.TimeOfDay : default) is { } tick)
            {
                return tick;
            }
        }
        return null;
    }

    private bool IsDay(DateTime day)
    {
        var ofMonth = Has(days, day.Day);
        var ofWeek = Has(weekdays, (int)day.DayOfWeek);
        return Has(months, day.Month) && (eitherDay ? ofMonth || ofWeek : ofMonth && ofWeek);
    }

    private DateTime? FirstOn(DateTime day, TimeSpan from)
    {
        for (var hour = from.Hours; hour < 24; hour++)
        {
            if (!Has(hours, hour))
            {
                continue;
            }
            for (var minute = hour == from.Hours ? from.Minutes : 0; minute < 60; minute++)
            {
                if (Has(minutes, minute))
                {
                    return day.AddHours(hour).AddMinutes(minute);
                }
            }
        }
        return null;
    }
}
