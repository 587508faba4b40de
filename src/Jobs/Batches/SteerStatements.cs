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
    /// Chunks that nobody holds become outcomes without being opened. A chunk that is leased while this waits for it is
    /// left to its worker, which is told, or finds the batch cancelling when it leases. None is skipped because somebody
    /// has it locked: a lease that began before a pause locks what it then finds held and leaves it, and nobody would
    /// come back to that. Whoever locks chunks without their batch waits for nothing. $4 is the cause: <c>caller</c>,
    /// <c>deadline</c> or <c>predecessor</c>; the latter two count only while what they rest on stands.
    /// </summary>
    public const string Cancel = """
        with batch as materialized (
            select b.id, b.state, b.total, b.succeeded + b.failed + b.cancelled as done, b.version
            from jobs.batches b
            where b.tenant_id = $1 and b.id = $2 and b.purged_at is null
                and case $4::text
                    when 'deadline' then exists (
                        select from jobs.deadlines d where d.batch_id = b.id and d.at <= clock_timestamp())
                    when 'predecessor' then exists (select from jobs.waits w where w.batch_id = b.id)
                    else true end
            for no key update
        ),
        unwaited as (
            delete from jobs.waits w using batch b where w.batch_id = b.id
        ),
        unlimited as (
            delete from jobs.deadlines d
            using batch b
            where d.batch_id = b.id and b.state in ('queued', 'running', 'paused')
        ),
        free as materialized (
            select c.batch_id, c.id
            from batch b
            join jobs.chunks c on c.batch_id = b.id
            where b.state in ('queued', 'running', 'paused') and c.state <> 'leased'
            for update of c
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
                expiring = $4 = 'deadline',
                state = case
                    when o.done + g.count < o.total then 'cancelling'
                    when $4 = 'deadline' then 'expired'
                    else 'cancelled' end,
                finished_at = case when o.done + g.count = o.total then now() end,
                expires_at = case when o.done + g.count = o.total then now() + $3::interval end
            from batch o
            cross join (select coalesce(sum(count), 0)::int as count from gone) g
            where b.id = o.id and o.state in ('queued', 'running', 'paused')
        )
        select state from batch
        """;

    /// <summary>
    /// Chunks that nobody holds are held; what was due remembers when. A chunk that is leased while this waits for it
    /// runs on.
    /// </summary>
    public const string Pause = """
        with batch as materialized (
            select b.id, b.state
            from jobs.batches b
            where b.tenant_id = $1 and b.id = $2 and b.purged_at is null
            for no key update
        ),
        held as (
            update jobs.chunks c
            set state = 'held'
            from batch b
            where c.batch_id = b.id and c.state in ('ready', 'scheduled') and b.state in ('queued', 'running')
        ),
        changed as (
            update jobs.batches b
            set state = 'paused', version = b.version + 1
            from batch o
            where b.id = o.id and o.state in ('queued', 'running')
        )
        select state from batch
        """;

    /// <summary>
    /// The reverse. What waits for another batch stays held, and
    /// so does what waits for a place; a batch of which a chunk was leased while it was being paused has started. Its
    /// chunks queue as if they came now, in their order.
    /// </summary>
    public const string Resume = """
        with batch as materialized (
            select b.id, b.state, b.kind, b.tenant_id, b.priority,
                b.started_at is not null
                    or exists (
                        select from jobs.chunks c
                        where c.tenant_id = b.tenant_id and c.batch_id = b.id and c.state = 'leased') as started
            from jobs.batches b
            where b.tenant_id = $1 and b.id = $2 and b.purged_at is null
            for no key update
        ),
        first as (
            select b.id, (
                    select c.rank from jobs.chunks c where c.batch_id = b.id and c.state = 'held' order by c.rank limit 1
                ) as rank
            from batch b
            where b.state = 'paused' and not exists (select from jobs.waits w where w.batch_id = b.id)
        ),
        freed as (
            update jobs.chunks c
            set state = case when c.due_at > now() then 'scheduled' when c.limited then 'held' else 'ready' end,
                due_at = case when c.due_at > now() then c.due_at end,
                rank = c.rank - f.rank + (select jobs.next_rank(b.kind, b.tenant_id, b.priority) from batch b),
                since = now()
            from first f
            where c.batch_id = f.id and c.state = 'held'
        ),
        changed as (
            update jobs.batches b
            set state = case when o.started then 'running' else 'queued' end,
                started_at = case when o.started then coalesce(b.started_at, now()) end,
                version = b.version + 1
            from batch o
            where b.id = o.id and o.state = 'paused'
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
        unlimited as (delete from jobs.deadlines d using ended e where d.batch_id = e.id),
        changed as (
            update jobs.batches b set purged_at = now(), version = b.version + 1 from ended e where b.id = e.id
        )
        select state from batch
        """;
}
