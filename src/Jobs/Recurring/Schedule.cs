using Jobs.Batches;

namespace Jobs.Recurring;

/// <summary>What recurs, as it stands; without its items, which may be many.</summary>
/// <param name="NextAt">The next tick; null while it is paused.</param>
/// <param name="LastRun">What became of the last tick; null when there was none.</param>
public sealed record Schedule(
    string Name,
    string Cron,
    string TimeZone,
    string Kind,
    Priority Priority,
    int ItemCount,
    ScheduleOptions Options,
    bool Enabled,
    MissedTicks MissedTicks,
    DateTimeOffset? NextAt,
    ScheduleRun? LastRun,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt
);
