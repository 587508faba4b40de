namespace Jobs.Batches;

/// <summary>The statements that steer; each returns the batch's former state.</summary>
internal static class SteerStatements
{
    /// <summary>
    /// Comes first in the same transaction: what follows then sees all that settlements wrote which held the batch.
    /// </summary>
    public const string Lock = """
        select from jobs.batches b where b.tenant_id = $1 and b.id = $2 for no key update
        """;

    /// <summary>
    /// Chunks that nobody holds become outcomes without being opened. A chunk that is leased while this runs is
    /// skipped: its worker is told, or finds the batch cancelling when it leases.
    /// </summary>
    public const string Cancel = """
        with batch as materialized (
            select b.id, b.state, b.total, b.succeeded + b.failed + b.cancelled as done, b.version
            from jobs.batches b
            where b.tenant_id = $1 and b.id = $2 and b.purged_at is null
            for no key update
        ),
        free as materialized (
            select c.batch_id, c.id
            from batch b
            join jobs.chunks c on c.batch_id = b.id
            where b.state in ('queued', 'running', 'paused') and c.state <> 'leased'
            for update of c skip locked
        ),
        gone as (
            delete from jobs.chunks c
            using free f
            where c.batch_id = f.batch_id and c.id = f.id
            returning c.batch_id, c.id, c.page, c.attempt, c.items, c.count
        ),
        outcome as (
            insert into jobs.outcome_pages (
                batch_id, page, version, part, attempt, succeeded, failed, cancelled, items)
            select g.batch_id, g.page, b.version + 1, row_number() over (order by g.id),
                g.attempt - 1, 0, 0, g.count, g.items
            from gone g
            join batch b on b.id = g.batch_id
        ),
        changed as (
            update jobs.batches b
            set cancelled = b.cancelled + g.count,
                version = b.version + 1,
                state = case when o.done + g.count = o.total then 'cancelled' else 'cancelling' end,
                finished_at = case when o.done + g.count = o.total then now() end,
                expires_at = case when o.done + g.count = o.total then now() + $3::interval end
            from batch o
            cross join (select coalesce(sum(count), 0)::int as count from gone) g
            where b.id = o.id and o.state in ('queued', 'running', 'paused')
        )
        select state from batch
        """;

    public const string Delete = """
        with batch as materialized (
            select b.id, b.state
            from jobs.batches b
            where b.tenant_id = $1 and b.id = $2 and b.purged_at is null
            for no key update
        ),
        ended as (
            select id from batch where state in ('completed', 'cancelled', 'expired')
        ),
        items as (delete from jobs.item_pages p using ended e where p.batch_id = e.id),
        outcomes as (delete from jobs.outcome_pages p using ended e where p.batch_id = e.id),
        changed as (
            update jobs.batches b set purged_at = now(), version = b.version + 1 from ended e where b.id = e.id
        )
        select state from batch
        """;
}
