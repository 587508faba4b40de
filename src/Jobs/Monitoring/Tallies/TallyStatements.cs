namespace Jobs.Monitoring.Tallies;

/// <summary>The statements that make samples of tallies; those of one fold are one transaction.</summary>
internal static class TallyStatements
{
    /// <summary>
    /// One folds at a time, and no hours are made of minutes meanwhile: up to where they are, and the minute that goes
    /// on. No row where another one is at it.
    /// </summary>
    public const string Hold = """
        select r.until, date_trunc('minute', now())
        from jobs.metric_rollups r
        where r.resolution = 3600
        for update skip locked
        """;

    /// <summary>Takes at most $2 tallies of minutes before $1. They are all read, and few: nothing orders them.</summary>
    public const string Take = """
        delete from jobs.batch_tallies
        where ctid = any(array(select t.ctid from jobs.batch_tallies t where t.at < $1 limit $2))
        returning tenant_id, kind, at, batches, items, succeeded, failed, cancelled, reopened, returned, ended, took_ms
        """;

    /// <summary>
    /// Arrays with an element a sample. The number of series is that of tenants and kinds, which no caller can raise:
    /// it is not bounded here. What is of a tenant that is gone is left out.
    /// </summary>
    public const string Write = """
        with given as materialized (
            select g.name, g.labels::jsonb as labels, g.tenant_id, g.at, g.count, g.sum, g.min, g.max, g.buckets
            from unnest($1::text[], $2::text[], $3::int[], $4::timestamptz[], $5::bigint[], $6::float8[], $7::float8[], $8::float8[], $9::bytea[])
                g (name, labels, tenant_id, at, count, sum, min, max, buckets)
            where exists (select from jobs.tenants t where t.id = g.tenant_id)
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
            where k.id is null
            order by 1, 2, 3
            on conflict (name, labels, tenant_id) do update set name = excluded.name
            returning id, name, labels, tenant_id
        )
        insert into jobs.metric_samples (series_id, resolution, at, since, count, sum, min, max, buckets)
        select coalesce(k.id, a.id), 60, k.at, k.at, k.count, k.sum, k.min, k.max, k.buckets
        from known k
        left join added a on a.name = k.name and a.labels = k.labels and a.tenant_id = k.tenant_id
        """;

    /// <summary>Arrays with an element a tenant and kind: how many batches and items more are open.</summary>
    public const string Raise = """
        insert into jobs.batch_levels as l (tenant_id, kind, batches, items)
        select g.tenant_id, g.kind, g.batches, g.items
        from unnest($1::int[], $2::text[], $3::bigint[], $4::bigint[]) g (tenant_id, kind, batches, items)
        where exists (select from jobs.tenants t where t.id = g.tenant_id)
        on conflict (tenant_id, kind) do update
        set batches = l.batches + excluded.batches, items = l.items + excluded.items
        """;
}
