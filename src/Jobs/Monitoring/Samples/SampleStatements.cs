namespace Jobs.Monitoring.Samples;

/// <summary>The statements on samples.</summary>
internal static class SampleStatements
{
    /// <summary>
    /// Writes a slice, and says how many rows it was and whether this node is the one that has been here for the longest. $1 is the node, $2 its name, $3 the number of the slice, $4 how long it has been counting; $5 to $12
    /// are arrays with an element a series. The clock is the database's. A slice that was written before is not written
    /// again; beyond $13 series nothing new is kept. Written at the end of a minute, it is of that minute.
    /// </summary>
    public const string Write = """
        with node as (
            insert into jobs.metric_nodes as n (id, name, slice)
            values ($1, $2, $3)
            on conflict (id) do update set slice = excluded.slice, seen_at = now()
            where n.slice < excluded.slice
            returning n.id
        ),
        given as materialized (
            select g.name, g.labels::jsonb as labels, g.tenant_id, g.count, g.sum, g.min, g.max, g.buckets
            from unnest($5::text[], $6::text[], $7::int[], $8::bigint[], $9::float8[], $10::float8[], $11::float8[], $12::bytea[])
                g (name, labels, tenant_id, count, sum, min, max, buckets)
            where exists (select from node)
        ),
        known as materialized (
            select g.*,
                (select s.id
                 from jobs.metric_series s
                 where s.name = g.name and s.labels = g.labels and s.tenant_id is not distinct from g.tenant_id) as id
            from given g
        ),
        added as (
            insert into jobs.metric_series (name, labels, tenant_id)
            select distinct k.name, k.labels, k.tenant_id
            from known k
            where k.id is null and (select count(*) from jobs.metric_series s where s.name not like 'batches.%') < $13
                and (k.tenant_id is null or exists (select from jobs.tenants t where t.id = k.tenant_id))
            order by 1, 2, 3
            -- One that another node adds in this moment comes back, too.
            on conflict (name, labels, tenant_id) do update set name = excluded.name
            returning id, name, labels, tenant_id
        ),
        written as (
            insert into jobs.metric_samples (series_id, resolution, at, since, count, sum, min, max, buckets)
            select coalesce(k.id, a.id), 60, date_trunc('minute', now() - interval '30 seconds'), now() - $4::interval,
                k.count, k.sum, k.min, k.max, k.buckets
            from known k
            left join added a
                on a.name = k.name and a.labels = k.labels and a.tenant_id is not distinct from k.tenant_id
            where coalesce(k.id, a.id) is not null
            returning 1
        )
        select (select count(*)::int from written),
            not exists (
                select from jobs.metric_nodes n
                where n.id <> $1 and n.seen_at > now() - interval '150 seconds'
                    and n.started_at < coalesce((select m.started_at from jobs.metric_nodes m where m.id = $1), now()))
        """;

    /// <summary>Up to where samples are rolled up, from when on requests are counted, and the time.</summary>
    public const string Standing = """
        select (select r.until from jobs.metric_rollups r where r.resolution = 3600),
            (select r.until from jobs.metric_rollups r where r.resolution = 86400),
            (select r.at from jobs.metric_resets r),
            now()
        """;

    /// <summary>
    /// Samples of the series that $1 names. $2 is the tenant whose series are wanted, null for those of nobody. $3 to
    /// $5 are arrays with an element a part of the time: its resolution, its beginning and its end. Nothing whose
    /// counting began before $6 is among them. The rows are at most $7.
    /// </summary>
    public const string Read = """
        select s.id, s.name, s.labels::text, m.at, m.count, m.sum, m.min, m.max, m.buckets
        from jobs.metric_series s
        cross join unnest($3::int[], $4::timestamptz[], $5::timestamptz[]) p (resolution, low, high)
        cross join lateral (
            select m.at, m.count, m.sum, m.min, m.max, m.buckets
            from jobs.metric_samples m
            where m.series_id = s.id and m.resolution = p.resolution and m.at >= p.low and m.at < p.high
                and ($6::timestamptz is null or m.since >= $6)
            -- A fence: the index of the series is the one that fits.
            offset 0
        ) m
        where s.name = any ($1::text[]) and s.tenant_id is not distinct from $2::int
        limit $7
        """;

    /// <summary>Requests are counted anew from now on.</summary>
    public const string Reset = """
        insert into jobs.metric_resets (at, reset_by) values (clock_timestamp(), $1)
        on conflict (one) do update set at = excluded.at, reset_by = excluded.reset_by
        returning at
        """;

    public const string Nodes = """
        select n.name
        from jobs.metric_nodes n
        where n.seen_at > now() - interval '150 seconds'
        order by n.name
        limit 1000
        """;
}
