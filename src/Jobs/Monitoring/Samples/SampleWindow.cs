namespace Jobs.Monitoring.Samples;

/// <summary>Which samples make up a time: days in its middle, hours beside them, minutes at its ends.</summary>
internal static class SampleWindow
{
    private const int Minute = 60;
    private const int Hour = 3600;
    private const int Day = 86_400;

    /// <summary>Parts that follow each other without a gap from <paramref name="from"/> to <paramref name="to"/>.</summary>
    /// <param name="from">Where it begins.</param>
    /// <param name="to">Where it ends.</param>
    /// <param name="coarsest">Seconds of the largest interval that is of use.</param>
    /// <param name="hours">Up to where there are hours.</param>
    /// <param name="days">Up to where there are days.</param>
    public static IReadOnlyList<SamplePart> PartsOf(
        DateTimeOffset from,
        DateTimeOffset to,
        double coarsest,
        DateTimeOffset hours,
        DateTimeOffset days
    )
    {
        var parts = new List<SamplePart>();
        Split(parts, from, to, coarsest, [(Day, days), (Hour, hours)]);
        return parts;
    }

    private static void Split(
        List<SamplePart> parts,
        DateTimeOffset from,
        DateTimeOffset to,
        double coarsest,
        ReadOnlySpan<(int Resolution, DateTimeOffset Until)> levels
    )
    {
        if (from >= to)
        {
            return;
        }
        if (levels is not [var (resolution, until), .. var finer])
        {
            parts.Add(new(Minute, from, to));
            return;
        }
        var first = Floor(from.AddSeconds(resolution).AddTicks(-1), resolution);
        var last = Floor(to < until ? to : until, resolution);
        if (resolution > coarsest || first >= last)
        {
            Split(parts, from, to, coarsest, finer);
            return;
        }
        Split(parts, from, first, coarsest, finer);
        parts.Add(new(resolution, first, last));
        Split(parts, last, to, coarsest, finer);
    }

    /// <summary>The beginning of the interval that a time is in.</summary>
    public static DateTimeOffset Floor(DateTimeOffset time, double seconds)
    {
        var ticks = (long)(seconds * TimeSpan.TicksPerSecond);
        return new(time.UtcTicks - (time.UtcTicks % ticks), TimeSpan.Zero);
    }
}

/// <summary>A part of a time.</summary>
/// <param name="Resolution">Seconds of its samples.</param>
internal readonly record struct SamplePart(int Resolution, DateTimeOffset Low, DateTimeOffset High);
