namespace Jobs.Health;

/// <summary>The statements of health. None reads a table that grows.</summary>
internal static class HealthStatements
{
    /// <summary>
    /// In this order: failing schedules, the share of webhook attempts that failed of late, the share of items that did,
    /// from what is measured of batches, and partitions that are missing of this week and the next.
    /// </summary>
    public const string Read = """
        select
            (select count(*)
             from jobs.schedules s
             cross join lateral (
                select r.state
                from jobs.schedule_runs r
                where r.tenant_id = s.tenant_id and r.name = s.name
                order by r.id desc
                limit 1
             ) last
             where s.enabled and last.state = 'failed')::float8,
            (select case when count(*) >= 5 then 100.0 * count(a.error_code) / count(*) else 0 end
             from (
                select w.error_code
                from jobs.webhook_attempts w
                where w.at > now() - interval '15 minutes'
                order by w.at desc
                limit 1000
             ) a)::float8,
            (select case when sum(o.count) >= 20 then 100.0 * sum(o.failed) / sum(o.count) else 0 end
             from (
                select m.count, case when s.labels ->> 'outcome' = 'failed' then m.count else 0 end as failed
                from jobs.metric_samples m
                join jobs.metric_series s on s.id = m.series_id
                where m.resolution = 60 and m.at > now() - interval '15 minutes' and s.name = 'batches.items'
                union all
                -- No samples yet, and few.
                select t.succeeded + t.failed + t.cancelled, t.failed
                from jobs.batch_tallies t
                where t.at > now() - interval '15 minutes'
             ) o)::float8,
            (select count(*)
             from unnest(array['item_pages', 'outcome_pages']) parent
             cross join unnest(array[0, 7]) days
             where to_regclass('jobs.' || parent || '_' || to_char(
                date_trunc('week', (now() at time zone 'UTC')) + days * interval '1 day', 'YYYYMMDD')) is null)::float8
        """;

    /// <summary>One process looks in an interval ($1); no row comes back for the others.</summary>
    public const string Claim = """
        update jobs.health_state
        set checked_at = now()
        where checked_at <= now() - $1::interval
        returning 1
        """;

    /// <summary>
    /// Keeps what a look found, the status $1 and the score $2; where it is the second in a row that finds another
    /// status than before, that is the status, and it is told of.
    /// </summary>
    public const string Enter = """
        with old as (
            select h.status, h.found from jobs.health_state h for update
        ),
        entered as (
            update jobs.health_state h
            set found = $1,
                score = $2,
                status = case when o.found = $1 then $1 else h.status end,
                since = case when o.found = $1 and h.status <> $1 then now() else h.since end
            from old o
            returning o.status as before, h.status as after
        )
        select jobs.notify(
            t.id, 'health', null, null,
            jsonb_build_object('status', e.after, 'score', $2, 'before', e.before), 0)
        from entered e
        join jobs.tenants t on t.name = 'default'
        where e.before <> e.after
        """;
}
