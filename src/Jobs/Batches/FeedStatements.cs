namespace Jobs.Batches;

/// <summary>The statements that follow all batches of a tenant. All are filtered by tenant.</summary>
internal static class FeedStatements
{
    /// <summary>
    /// What has changed of the tenant $1 since the snapshot $2 of the database, taken at $3; without one, what is open.
    /// $4 are the open batches that the listener knows, $5 how long before $3 a transaction may have begun that was not
    /// over then, $6 how many open batches are followed, the newest of each queue, and $7 whether those that it does
    /// not know are new. A row was written since where the transaction that wrote it was not over in the snapshot:
    /// exact, without a column or an index that every change would have to write. Batches of which workers hold
    /// something may have changed without a write. One row at least comes back: the present snapshot and its time,
    /// whether more has ended than is told, and whether $2 is not of this database.
    /// </summary>
    public const string Look = $"""
        with recursive present as materialized (
            select pg_current_snapshot() as snapshot, now() as at,
                pg_snapshot_xmax(pg_current_snapshot())::text::bigint as top
        ),
        head as (
            (select b.priority, b.kind
             from jobs.batches b
             where b.tenant_id = $1 and b.finished_at is null
             order by b.priority, b.kind
             limit 1)
            union all
            select n.priority, n.kind
            from head h
            cross join lateral (
                select b.priority, b.kind
                from jobs.batches b
                where b.tenant_id = $1 and b.finished_at is null and (b.priority, b.kind) > (h.priority, h.kind)
                order by b.priority, b.kind
                limit 1
            ) n
        ),
        heads as materialized (
            select * from head limit 100
        ),
        open as materialized (
            select o.id, o.written
            from heads h
            cross join lateral (
                select b.id, b.xmin::text::bigint as written
                from jobs.batches b
                where b.tenant_id = $1 and b.priority = h.priority and b.kind = h.kind and b.finished_at is null
                order by b.id desc
                limit $6 / (select count(*) from heads)
            ) o
        ),
        ended as materialized (
            select b.id, b.xmin::text::bigint as written, b.purged_at
            from jobs.batches b
            where b.tenant_id = $1 and b.finished_at >= $3::timestamptz - $5::interval
            order by b.finished_at desc
            limit 5000
        ),
        changed as (
            -- The lower half of a transaction's number is kept with a row; the upper one follows from the present.
            select o.id
            from present p
            cross join open o
            where $2::text is null
                or not pg_visible_in_snapshot(
                    (p.top - ((p.top - o.written) & 4294967295))::text::xid8, $2::text::pg_snapshot)
                or exists (select from jobs.chunks c where c.batch_id = o.id and c.state = 'leased')
                or ($7 and not o.id = any ($4::uuid[]))
            union
            select e.id
            from present p
            cross join ended e
            where e.purged_at is null
                and not pg_visible_in_snapshot(
                    (p.top - ((p.top - e.written) & 4294967295))::text::xid8, $2::text::pg_snapshot)
            union
            select b.id
            from jobs.batches b
            where b.tenant_id = $1 and b.id = any ($4::uuid[]) and b.finished_at is not null
        )
        select {ReadStatements.Columns},
            p.snapshot::text, p.at,
            (select count(*) = 5000 from ended),
            coalesce(pg_snapshot_xmax($2::text::pg_snapshot)::text::bigint > p.top, false)
        from present p
        left join (changed c join jobs.batches b on b.id = c.id and b.purged_at is null) on true
        order by b.id
        """;

    /// <summary>The version that a batch had in a snapshot, as its outcomes tell it.</summary>
    public const string VersionAt = """
        select coalesce(max(o.version), 0)
        from jobs.batches b
        join jobs.outcome_pages o on o.batch_id = b.id
        where b.tenant_id = $1 and b.id = $2
            and pg_visible_in_snapshot(
                (pg_snapshot_xmax(pg_current_snapshot())::text::bigint
                    - ((pg_snapshot_xmax(pg_current_snapshot())::text::bigint - o.xmin::text::bigint) & 4294967295)
                )::text::xid8,
                $3::text::pg_snapshot)
        """;
}
