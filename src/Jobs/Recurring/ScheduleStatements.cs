namespace Jobs.Recurring;

/// <summary>The statements that fire schedules.</summary>
internal static class ScheduleStatements
{
    /// <summary>A schedule that the product brings; one that is there stays as its operator left it.</summary>
    public const string Ensure = """
        insert into jobs.schedules (tenant_id, name, cron, kind, items, next_at)
        select id, $1, $2, $3, $4, $5 from jobs.tenants where name = 'system'
        on conflict do nothing
        """;

    /// <summary>
    /// Locks the next schedule that is due and of a kind that this process knows ($1), or that has been due for so long
    /// ($2, null for never) that no process seems to know its kind. Another worker that is firing it is not waited for.
    /// </summary>
    public const string NextDue = """
        select tenant_id, name, cron, time_zone, kind, priority, items, options::text, missed,
            next_at, greatest(next_at, now())
        from jobs.schedules
        where enabled and next_at <= now() and (kind = any ($1::text[]) or next_at <= now() - $2::interval)
        order by next_at
        limit 1
        for update skip locked
        """;

    /// <summary>
    /// What became of a tick, and when the next one is ($9). $3 when it was due, $4 the state, $5 the batch, $6 how many
    /// further ticks were missed, $7 and $8 why it failed. As many runs are kept as <see cref="ScheduleLimits.Runs"/>
    /// says, this one included.
    /// </summary>
    public const string Fired = """
        with run as (
            insert into jobs.schedule_runs (tenant_id, name, due_at, state, batch_id, missed, error_code, error)
            values ($1, $2, $3, $4, $5, $6, $7, $8)
        ),
        trimmed as (
            delete from jobs.schedule_runs r
            where r.tenant_id = $1 and r.name = $2 and r.id <= (
                select o.id
                from jobs.schedule_runs o
                where o.tenant_id = $1 and o.name = $2
                order by o.id desc
                offset 99 limit 1)
        )
        update jobs.schedules s
        set next_at = $9,
            last_at = case when $5::uuid is null then s.last_at else now() end,
            last_batch_id = coalesce($5::uuid, s.last_batch_id)
        where s.tenant_id = $1 and s.name = $2
        """;

    /// <summary>One whose next tick cannot be known.</summary>
    public const string Disable =
        "update jobs.schedules set enabled = false, updated_at = now() where tenant_id = $1 and name = $2";

    /// <summary>Seconds until the next schedule of a known kind ($1) is due, and of any other.</summary>
    public const string UntilNext = """
        select
            extract(epoch from min(s.next_at) filter (where s.kind = any ($1::text[])) - clock_timestamp())::float8,
            extract(epoch from min(s.next_at) filter (where s.kind <> all ($1::text[])) - clock_timestamp())::float8
        from jobs.schedules s
        where s.enabled
        """;

    /// <summary>Somebody ran it by hand, and $3 is the batch; returns whether there is such a schedule.</summary>
    public const string RunByHand = """
        with held as (
            update jobs.schedules
            set last_at = now(), last_batch_id = $3
            where tenant_id = $1 and name = $2
            returning tenant_id, name
        ),
        run as (
            insert into jobs.schedule_runs (tenant_id, name, state, batch_id)
            select tenant_id, name, 'submitted', $3 from held
        ),
        trimmed as (
            delete from jobs.schedule_runs r
            where r.tenant_id = $1 and r.name = $2 and r.id <= (
                select o.id
                from jobs.schedule_runs o
                where o.tenant_id = $1 and o.name = $2
                order by o.id desc
                offset 99 limit 1)
        )
        select exists (select from held)
        """;
}
