namespace Jobs.Dashboard;

/// <summary>
/// The statements of the dashboard, filtered by tenant. All read rows of batches, whose number they bound, and never
/// items: what they cost does not depend on how many of those there are.
/// </summary>
internal static class DashboardStatements
{
    /// <summary>
    /// What ended and what was submitted of the tenant $1 from $2 until before $3, in buckets of $4 seconds from $2 on.
    /// At most $5 batches are looked at of each, the newest; the last column says that there were more.
    /// </summary>
    public const string Series = """
        with ended as materialized (
            select floor(extract(epoch from b.finished_at - $2::timestamptz) / $4)::int as bucket,
                b.state, b.total, b.succeeded, b.failed, b.cancelled
            from jobs.batches b
            where b.tenant_id = $1 and b.finished_at >= $2 and b.finished_at < $3
            order by b.finished_at desc
            limit $5 + 1
        ),
        submitted as materialized (
            -- Ids order by the time of submission.
            select floor(extract(epoch from b.submitted_at - $2::timestamptz) / $4)::int as bucket, b.total
            from jobs.batches b
            where b.tenant_id = $1 and b.purged_at is null
                and b.id >= jobs.first_id_at($2) and b.id < jobs.first_id_at($3)
            order by b.id desc
            limit $5 + 1
        ),
        part as (
            select e.bucket, count(*) as ended, sum(e.succeeded) as succeeded, sum(e.failed) as failed,
                sum(e.cancelled) as cancelled, 0::bigint as batches, 0::bigint as items
            from ended e
            group by e.bucket
            union all
            select s.bucket, 0, 0, 0, 0, count(*), sum(s.total)
            from submitted s
            group by s.bucket
        )
        select p.bucket, sum(p.batches)::bigint, sum(p.items)::bigint, sum(p.ended)::bigint, sum(p.succeeded)::bigint,
            sum(p.failed)::bigint, sum(p.cancelled)::bigint,
            (select count(*) > $5 from ended) or (select count(*) > $5 from submitted)
        from part p
        where p.bucket >= 0
        group by p.bucket
        order by p.bucket
        """;

    /// <summary>Items of batches of the tenant $1 that have not ended, of $2 batches at most.</summary>
    public const string Open = """
        select coalesce(sum(o.total), 0)::bigint
        from (
            select b.total
            from jobs.batches b
            where b.tenant_id = $1 and b.finished_at is null
            order by b.priority, b.kind, b.id
            limit $2
        ) o
        """;

    public const string Submitted = """
        select b.id, b.kind, b.state, b.total, b.failed, b.submitted_at
        from jobs.batches b
        where b.tenant_id = $1 and b.purged_at is null
        order by b.id desc
        limit $2
        """;

    public const string Ended = """
        select b.id, b.kind, b.state, b.total, b.failed, b.finished_at
        from jobs.batches b
        where b.tenant_id = $1 and b.finished_at is not null
        order by b.finished_at desc
        limit $2
        """;

    /// <summary>Batches that ended from $2 until before $3, $4 at most, the newest first.</summary>
    public const string Export = """
        select b.id, b.kind, b.priority, b.state, b.total, b.succeeded, b.failed, b.cancelled, b.submitted_at,
            b.started_at, b.finished_at
        from jobs.batches b
        where b.tenant_id = $1 and b.finished_at >= $2 and b.finished_at < $3
        order by b.finished_at desc
        limit $4
        """;
}
