namespace Jobs.Dashboard;

/// <summary>
/// The statements of the dashboard, filtered by tenant. What they cost depends neither on how many batches there are
/// nor on how many items.
/// </summary>
internal static class DashboardStatements
{
    /// <summary>
    /// What happened to batches of the tenant $1, from samples, and from the tallies that are none yet; one statement, so
    /// that each is found once. $2 to $4 are arrays with an element a part of the time: its resolution, its beginning and
    /// its end. Buckets begin at $5 and have $6 seconds; what is after the last of them, $7, counts for that. The last
    /// rows, in no bucket, are what is open now.
    /// </summary>
    public const string Series = """
        with series as materialized (
            select s.id, s.name, s.labels ->> 'kind' as kind, s.labels ->> 'outcome' as outcome
            from jobs.metric_series s
            where s.tenant_id = $1
                and s.name in ('batches.submitted', 'batches.ended', 'batches.items', 'batches.reopened')
        ),
        tally as materialized (
            select t.kind, least($7, floor(extract(epoch from t.at - $5) / $6)::int) as bucket, t.at, t.batches, t.items,
                t.succeeded, t.failed, t.cancelled, t.reopened, t.returned, t.ended, t.took_ms
            from jobs.batch_tallies t
            where t.tenant_id = $1
        ),
        -- Parts begin with the first and end with the last.
        shown as (
            select t.*
            from tally t
            where t.at >= $5 and t.at < (select max(p.high) from unnest($4::timestamptz[]) p (high))
        ),
        summed as (
            select t.kind, t.bucket, sum(t.batches)::bigint as batches, sum(t.items)::bigint as items,
                sum(t.succeeded)::bigint as succeeded, sum(t.failed)::bigint as failed,
                sum(t.cancelled)::bigint as cancelled, sum(t.reopened)::bigint as reopened,
                sum(t.returned)::bigint as returned
            from shown t
            group by t.kind, t.bucket
        )
        select least($7, floor(extract(epoch from m.at - $5) / $6)::int), s.name, s.kind, s.outcome,
            sum(m.count)::bigint, sum(m.sum)::bigint,
            array_agg(m.buckets) filter (where m.buckets is not null), null::bigint[]
        from series s
        cross join unnest($2::int[], $3::timestamptz[], $4::timestamptz[]) p (resolution, low, high)
        cross join lateral (
            select m.at, m.count, m.sum, m.buckets
            from jobs.metric_samples m
            where m.series_id = s.id and m.resolution = p.resolution and m.at >= p.low and m.at < p.high
            -- A fence: the index of the series is the one that fits.
            offset 0
        ) m
        group by 1, 2, 3, 4
        union all
        select t.bucket, f.name, t.kind, f.outcome, f.count, f.sum, null, null
        from summed t
        cross join lateral (
            values
                ('batches.submitted', null, t.batches, t.items),
                ('batches.items', 'succeeded', t.succeeded, t.succeeded),
                ('batches.items', 'failed', t.failed, t.failed),
                ('batches.items', 'cancelled', t.cancelled, t.cancelled),
                ('batches.reopened', null, t.reopened, t.returned)
        ) f (name, outcome, count, sum)
        where f.count > 0 or f.sum > 0
        union all
        select t.bucket, 'batches.ended', t.kind, e.outcome, count(*), sum(e.ms)::bigint, null, array_agg(e.ms)
        from shown t
        cross join lateral unnest(t.ended, t.took_ms) e (outcome, ms)
        group by t.bucket, t.kind, e.outcome
        union all
        select null, 'open', o.kind, null, sum(o.batches)::bigint, sum(o.items)::bigint, null, null
        from (
            select l.kind, l.batches, l.items from jobs.batch_levels l where l.tenant_id = $1
            union all
            select t.kind, t.batches + t.reopened - coalesce(cardinality(t.ended), 0),
                t.items + t.returned - t.succeeded - t.failed - t.cancelled
            from tally t
        ) o
        group by o.kind
        """;

    /// <summary>Up to where there are hours and days of samples, and from when on everything was counted.</summary>
    public const string Standing = """
        select (select r.until from jobs.metric_rollups r where r.resolution = 3600),
            (select r.until from jobs.metric_rollups r where r.resolution = 86400),
            (select c.since from jobs.batch_counting c),
            now()
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

    /// <summary>
    /// The next $5 batches that ended from $2 on, before the one that ended at $3 and has the id $4, the newest first.
    /// </summary>
    public const string Export = """
        select b.id, b.kind, b.priority, b.state, b.total, b.succeeded, b.failed, b.cancelled, b.submitted_at,
            b.started_at, b.finished_at
        from jobs.batches b
        where b.tenant_id = $1 and b.finished_at >= $2 and (b.finished_at, b.id) < ($3, $4)
        order by b.finished_at desc, b.id desc
        limit $5
        """;
}
