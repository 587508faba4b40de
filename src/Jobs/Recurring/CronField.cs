using System.Globalization;

namespace Jobs.Recurring;

/// <summary>One of the five fields of a cron line: what it is called, which values it may have, and their names.</summary>
internal sealed record CronField(string Name, int Least, int Most, string[] Names)
{
    public static readonly IReadOnlyList<CronField> All =
    [
        new("minute", 0, 59, []),
        new("hour", 0, 23, []),
        new("day of the month", 1, 31, []),
        new(
            "month",
            1,
            12,
            ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
        ),
        // 0 and 7 are both Sunday.
        new("day of the week", 0, 7, ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]),
    ];

    // Where a range is open, Sunday is its first day alone.
    private int Last => IsWeekday ? 6 : Most;

    private bool IsWeekday => Most == 7;

    /// <summary>The values that a field stands for, a bit each; the rule that it breaks, or null.</summary>
    public string? Parse(string text, out ulong values)
    {
        values = 0;
        foreach (var part in text.Split(','))
        {
            if (ParsePart(part, ref values) is { } rule)
            {
                return rule;
            }
        }
        return null;
    }

    private string? ParsePart(string part, ref ulong values)
    {
        var step = 1;
        var range = part;
        if (part.Split('/') is [var before, var after])
        {
            if (
                !int.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out step)
                || step < 1
                || step > Most
            )
            {
                return $"the step of the {Name} '{part}' must be from 1 to {Most}";
            }
            range = before;
        }
        int from;
        int to;
        if (range == "*")
        {
            (from, to) = (Least, Last);
        }
        else
        {
            var ends = range.Split('-');
            from = ValueOf(ends[0]);
            to =
                ends.Length > 1 ? ValueOf(ends[1])
                : range == part ? from
                : Last;
            if (from < 0 || to < 0 || ends.Length > 2)
            {
                return $"the {Name} '{part}' must be from {Least} to {Most}";
            }
            if (from > to)
            {
                return $"the {Name} '{part}' must not run backwards";
            }
        }
        for (var value = from; value <= to; value += step)
        {
            values |= 1UL << (IsWeekday ? value % 7 : value);
        }
        return null;
    }

    private int ValueOf(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
        {
            return value >= Least && value <= Most ? value : -1;
        }
        var named = Array.FindIndex(
            Names,
            n => string.Equals(n, text, StringComparison.OrdinalIgnoreCase)
        );
        return named < 0 ? -1 : named + Least;
    }
}
