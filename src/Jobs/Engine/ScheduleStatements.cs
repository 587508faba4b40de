namespace Jobs.Engine;

/// <summary>The statements of schedules.</summary>
internal static class ScheduleStatements
{
    /// <summary>A schedule that the product brings; one that is there stays as its operator left it.</summary>
    public const string Ensure = """
        insert into jobs.schedules (tenant_id, name, cron, kind, items, next_at)
        select id, $1, $2, $3, $4, $5 from jobs.tenants where name = 'system'
        on conflict do nothing
        """;

    /// <summary>
    /// Locks the next schedule that is due and of a kind that this worker knows ($1); another worker that is firing it
    /// is not waited for.
    /// </summary>
    public const string NextDue = """
        select tenant_id, name, cron, time_zone, kind, priority, items, greatest(next_at, now())
        from jobs.schedules
        where enabled and next_at <= now() and kind = any ($1::text[])
        order by next_at
        limit 1
        for update skip locked
        """;

    public const string Fired = """
        update jobs.schedules set next_at = $3, last_at = now(), last_batch_id = $4 where tenant_id = $1 and name = $2
        """;

    public const string Disable =
        "update jobs.schedules set enabled = false where tenant_id = $1 and name = $2";

    /// <summary>Seconds until the next schedule is due.</summary>
    public const string UntilNext = """
        select extract(epoch from min(next_at) - clock_timestamp())::float8 from jobs.schedules
        where enabled and kind = any ($1::text[])
        """;
}
