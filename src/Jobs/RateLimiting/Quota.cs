namespace Jobs.RateLimiting;

/// <summary>The windows that a counter is held against: shared by all nodes, and the share of one. Immutable.</summary>
internal sealed class Quota
{
    private readonly RuleSet? rules;

    private Quota(IReadOnlyList<RateWindow> windows, int nodes, RateClock clock, RuleSet? rules)
    {
        this.rules = rules;
        Windows = windows;
        LocalWindows = [.. windows.Select(w => w.Share(nodes))];
        Local = [.. LocalWindows.Select(w => Meter.Of(w, clock))];
        foreach (var window in windows)
        {
            Intervals[window.Slot] = window.IntervalMicroseconds;
            Bursts[window.Slot] = window.Burst;
        }
    }

    /// <summary>One to four, in the order of their slots; the first is the bucket.</summary>
    public IReadOnlyList<RateWindow> Windows { get; }

    /// <summary>What this node holds to by itself.</summary>
    public RateWindow[] LocalWindows { get; }

    public Meter[] Local { get; }

    /// <summary>By slot, for the database; 0 where there is no such window.</summary>
    public long[] Intervals { get; } = new long[RateWindow.Slots];

    public long[] Bursts { get; } = new long[RateWindow.Slots];

    /// <summary>Whether it is what these rules say.</summary>
    public bool IsOf(RuleSet current) => ReferenceEquals(rules, current);

    public static Quota Of(
        RateLimitSettings settings,
        int nodes,
        RateClock clock,
        RuleSet? rules = null
    ) => new(WindowsOf(settings), nodes, clock, rules);

    public static List<RateWindow> WindowsOf(RateLimitSettings settings)
    {
        var windows = new List<RateWindow>(RateWindow.Slots)
        {
            new(0, settings.Permits, settings.Period, settings.Burst),
        };
        Add(1, settings.PerMinute, TimeSpan.FromMinutes(1));
        Add(2, settings.PerHour, TimeSpan.FromHours(1));
        Add(3, settings.PerDay, TimeSpan.FromDays(1));
        return windows;

        void Add(int slot, int? permits, TimeSpan period)
        {
            if (permits is { } number)
            {
                windows.Add(RateWindow.Sliding(slot, number, period));
            }
        }
    }
}
