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
