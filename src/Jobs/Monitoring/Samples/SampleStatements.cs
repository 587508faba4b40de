namespace Jobs.Monitoring.Samples;

/// <summary>The statements on samples.</summary>
internal static class SampleStatements
{
    /// <summary>
    /// A node ($1, its name $2) enters its slice with the number $3, which it has been counting for $4. Whether that is a
    /// new one, the minute that it is of, when its counting began, and whether no node that writes has been here for
    /// longer. Entered at the end of a minute, it is of that minute; the clock is the database's.
    /// </summary>
    public const string Enter = """
        with node as (
            insert into jobs.metric_nodes as n (id, name, slice)
            values ($1, $2, $3)
            on conflict (id) do update set slice = excluded.slice, seen_at = now()
            where n.slice < excluded.slice
            returning n.id
        )
        select exists (select from node), date_trunc('minute', now() - interval '30 seconds'), now() - $4::interval,
            not exists (
                select from jobs.metric_nodes n
                where n.id <> $1 and n.seen_at > now() - interval '150 seconds'
                    and n.started_at < coalesce((select m.started_at from jobs.metric_nodes m where m.id = $1), now()))
        """;

    /// <summary>
    /// The series of names ($1), labels ($2) and tenants ($3), by position; those that are missing are added, up to $4 of
    /// all that are not of batches, without a limit where that is null. Null for one that is not there then, as that of a
    /// tenant that is gone.
    /// </summary>
    public const string Series = """
        with given as materialized (
            select g.position, g.name, g.labels::jsonb as labels, g.tenant_id,
                (select s.id
                 from jobs.metric_series s
                 where s.name = g.name and s.labels = g.labels::jsonb and s.tenant_id is not distinct from g.tenant_id) as id
            from unnest($1::text[], $2::text[], $3::int[]) with ordinality g (name, labels, tenant_id, position)
        ),
        added as (
            insert into jobs.metric_series (name, labels, tenant_id)
            select distinct g.name, g.labels, g.tenant_id
            from given g
            where g.id is null
                and ($4::int is null or (select count(*) from jobs.metric_series s where s.name not like 'batches.%') < $4)
                and (g.tenant_id is null or exists (select from jobs.tenants t where t.id = g.tenant_id))
            order by 1, 2, 3
            -- One that another node adds in this moment comes back, too.
            on conflict (name, labels, tenant_id) do update set name = excluded.name
            returning id, name, labels, tenant_id
        )
        select coalesce(g.id, a.id)
        from given g
        left join added a
            on a.name = g.name and a.labels = g.labels and a.tenant_id is not distinct from g.tenant_id
        order by g.position
        """;

    /// <summary>Samples of the resolution $1; the others are arrays with an element a sample.</summary>
    public const string Insert = """
        insert into jobs.metric_samples (series_id, resolution, at, since, count, sum, min, max, buckets)
        select g.series_id, $1, g.at, g.since, g.count, g.sum, g.min, g.max, g.buckets
        from unnest($2::int[], $3::timestamptz[], $4::timestamptz[], $5::bigint[], $6::float8[], $7::float8[], $8::float8[], $9::bytea[])
            g (series_id, at, since, count, sum, min, max, buckets)
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
