namespace Jobs.RateLimiting;

/// <summary>
/// The generic cell rate algorithm (ITU-T I.371) over several windows at once: one number a window, which says when the
/// bucket would be empty again if nobody called. In any time t a window admits at most its burst and t over its
/// interval. The one who calls locks the marks.
/// </summary>
internal static class Gcra
{
    /// <summary>Takes a permit of every window, or of none.</summary>
    public static bool TryTake(ReadOnlySpan<Meter> meters, ref Marks marks, long now)
    {
        foreach (ref readonly var meter in meters)
        {
            if (Math.Max(marks[meter.Index], now) + meter.Interval - now > meter.Tolerance)
            {
                return false;
            }
        }
        foreach (ref readonly var meter in meters)
        {
            ref var mark = ref marks[meter.Index];
            mark = Math.Max(mark, now) + meter.Interval;
        }
        return true;
    }

    /// <summary>Counts what was admitted by another's leave; no fuller than full.</summary>
    public static void Charge(ReadOnlySpan<Meter> meters, ref Marks marks, long now, int count)
    {
        foreach (ref readonly var meter in meters)
        {
            ref var mark = ref marks[meter.Index];
            mark = Math.Min(Math.Max(mark, now) + (meter.Interval * count), now + meter.Tolerance);
        }
    }

    /// <summary>How the window stands that leaves the least.</summary>
    public static Room Look(ReadOnlySpan<Meter> meters, ref Marks marks, long now)
    {
        var tightest = 0;
        var least = long.MaxValue;
        var retry = 0L;
        for (var i = 0; i < meters.Length; i++)
        {
            var meter = meters[i];
            var ahead = Math.Max(marks[meter.Index] - now, 0);
            var free = Math.Max(0, (meter.Tolerance - ahead) / meter.Interval);
            retry = Math.Max(retry, ahead + meter.Interval - meter.Tolerance);
            if (free < least)
            {
                least = free;
                tightest = i;
            }
        }
        var full = Math.Max(marks[meters[tightest].Index] - now, 0);
        return new Room(tightest, (int)Math.Min(least, int.MaxValue), full, retry);
    }
}

/// <summary>What a counter leaves.</summary>
/// <param name="Tightest">The place of the window that leaves the least.</param>
/// <param name="Full">Until that window is as if nobody had called.</param>
/// <param name="Retry">Until there is one more permit of all windows.</param>
internal readonly record struct Room(int Tightest, int Free, long Full, long Retry);
