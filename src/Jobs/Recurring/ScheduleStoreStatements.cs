namespace Jobs.Recurring;

/// <summary>The statements that read and write schedules for their owners. All are filtered by tenant.</summary>
internal static class ScheduleStoreStatements
{
    private const string Columns = """
        s.name, s.cron, s.time_zone, s.kind, s.priority, s.item_count, s.options::text, s.enabled, s.missed, s.next_at,
            s.created_at, s.updated_at,
            r.id, r.due_at, r.fired_at, r.state, r.batch_id, r.missed, r.error_code, r.error,
            b.state, b.total, b.succeeded
        """;

    public const string List = $"""
        select {Columns}
        from jobs.schedules s
        left join lateral (
            select * from jobs.schedule_runs o where o.tenant_id = $1 and o.name = s.name order by o.id desc limit 1
        ) r on true
        left join jobs.batches b on b.id = r.batch_id and b.tenant_id = $1 and b.purged_at is null
        where s.tenant_id = $1
        order by s.name
        """;

    public const string Get = $"""
        select {Columns}
        from jobs.schedules s
        left join lateral (
            select * from jobs.schedule_runs o where o.tenant_id = $1 and o.name = $2 order by o.id desc limit 1
        ) r on true
        left join jobs.batches b on b.id = r.batch_id and b.tenant_id = $1 and b.purged_at is null
        where s.tenant_id = $1 and s.name = $2
        """;

    public const string Items =
        "select items from jobs.schedules where tenant_id = $1 and name = $2";

    /// <summary>Runs before the one with the id $3, newest first, $4 at most.</summary>
    public const string Runs = """
        select r.id, r.due_at, r.fired_at, r.state, r.batch_id, r.missed, r.error_code, r.error,
            b.state, b.total, b.succeeded
        from jobs.schedule_runs r
        left join jobs.batches b on b.id = r.batch_id and b.tenant_id = $1 and b.purged_at is null
        where r.tenant_id = $1 and r.name = $2 and r.id < $3
        order by r.id desc
        limit $4
        """;

    /// <summary>One at a time puts schedules of a tenant: their number is bounded.</summary>
    public const string LockTenant = "select from jobs.tenants where id = $1 for no key update";

    /// <summary>The clock that says what is due; how many others there are, and which ticks are due now.</summary>
    public const string Others = """
        select clock_timestamp(), (select count(*)::int from jobs.schedules where tenant_id = $1 and name <> $2)
        """;

    /// <summary>
    /// Its next tick stays where neither the line nor the zone has changed: one that is due is not lost over a change
    /// of the items. Says whether it is new.
    /// </summary>
    public const string Put = """
        insert into jobs.schedules as s (
            tenant_id, name, cron, time_zone, kind, priority, items, options, enabled, missed, next_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9, $10, $11)
        on conflict (tenant_id, name) do update
        set cron = excluded.cron, time_zone = excluded.time_zone, kind = excluded.kind, priority = excluded.priority,
            items = excluded.items, options = excluded.options, enabled = excluded.enabled, missed = excluded.missed,
            next_at = case
                when s.cron = excluded.cron and s.time_zone = excluded.time_zone and s.enabled then s.next_at
                else excluded.next_at end,
            updated_at = now()
        returning s.created_at = s.updated_at
        """;

    /// <summary>Ticks while it was paused were not missed: from now on it goes by $3, the next one.</summary>
    public const string Enable = """
        update jobs.schedules
        set next_at = case when enabled then next_at else $3 end, enabled = true, updated_at = clock_timestamp()
        where tenant_id = $1 and name = $2
        """;

    public const string Pause = """
        update jobs.schedules set enabled = false, updated_at = clock_timestamp() where tenant_id = $1 and name = $2
        """;

    public const string Delete = "delete from jobs.schedules where tenant_id = $1 and name = $2";
}
