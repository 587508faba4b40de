namespace Jobs.Dashboard.Activities;

/// <summary>
/// The statements of activities, filtered by the tenant $1. Each continues a list, the newest first: $2 and $3 are the
/// time and the key before which it goes on, the last parameter how many there are at most.
/// </summary>
internal static class ActivityStatements
{
    /// <summary>By id alone, which begins with its time: $2.</summary>
    public const string Submitted = """
        select b.id, b.kind, b.state, b.total, b.failed
        from jobs.batches b
        where b.tenant_id = $1 and b.purged_at is null and b.id < $2
        order by b.id desc
        limit $3
        """;

    public const string Started = """
        select b.id, b.kind, b.state, b.total, b.failed, b.started_at
        from jobs.batches b
        where b.tenant_id = $1 and b.started_at is not null and b.purged_at is null and (b.started_at, b.id) < ($2, $3)
        order by b.started_at desc, b.id desc
        limit $4
        """;

    public const string Ended = """
        select b.id, b.kind, b.state, b.total, b.failed, b.finished_at
        from jobs.batches b
        where b.tenant_id = $1 and b.finished_at is not null and (b.finished_at, b.id) < ($2, $3)
        order by b.finished_at desc, b.id desc
        limit $4
        """;

    /// <summary>The newest runs with the states $4 of each schedule, of which a hundred are kept.</summary>
    public const string Runs = """
        select r.id, r.name, r.fired_at, r.state, r.batch_id, r.error_code
        from jobs.schedules s
        cross join lateral (
            select r.id, r.name, r.fired_at, r.state, r.batch_id, r.error_code
            from jobs.schedule_runs r
            where r.tenant_id = s.tenant_id and r.name = s.name and r.state = any ($4::text[])
                and (r.fired_at, r.id) < ($2, $3)
            order by r.id desc
            limit $5
        ) r
        where s.tenant_id = $1
        order by r.fired_at desc, r.id desc
        limit $5
        """;

    /// <summary>The acts $4 that were done.</summary>
    public const string Acts = """
        select a.id, a.at, a.action, a.actor, a.target
        from jobs.audit a
        where a.tenant_id = $1 and a.outcome = 'done' and a.count = 1 and a.action !~ '\.(read|list)$'
            and a.action = any ($4::text[]) and (a.at, a.id) < ($2, $3)
        order by a.at desc, a.id desc
        limit $5
        """;
}
