namespace Jobs.Recurring;

/// <summary>What a schedule may hold; published at <c>GET /api/v1/limits</c>.</summary>
public static class ScheduleLimits
{
    /// <summary>Schedules of a tenant.</summary>
    public const int PerTenant = 100;

    /// <summary>Bytes of the items of a schedule, all together.</summary>
    public const int ItemsBytes = 1024 * 1024;

    /// <summary>Characters of a name.</summary>
    public const int NameLength = 100;

    /// <summary>Characters of a cron line.</summary>
    public const int CronLength = 200;

    /// <summary>Runs that are kept of each schedule.</summary>
    public const int Runs = 100;

    /// <summary>Missed ticks are counted up to this.</summary>
    public const int CountedTicks = 1_000;
}
