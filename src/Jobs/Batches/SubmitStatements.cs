namespace Jobs.Batches;

/// <summary>The statements of a submission.</summary>
internal static class SubmitStatements
{
    /// <summary>Arrays, an element a page; the first is its batch.</summary>
    public const string InsertPages = """
        insert into jobs.item_pages (batch_id, page, first, count, items, custom_ids)
        select p.batch_id, p.page, p.first, p.count, p.items, p.custom_ids
        from unnest($1::uuid[], $2::int[], $3::int[], $4::smallint[], $5::text[], $6::text[])
            p (batch_id, page, first, count, items, custom_ids)
        """;

    public const string CopyPages = """
        copy jobs.item_pages (batch_id, page, first, count, items, custom_ids) from stdin (format binary)
        """;

    /// <summary>
    /// Locks the batch that another one is to follow, so that its end either comes before and is seen by
    /// <see cref="InsertBatches"/>, or comes after and sees who waits. No row where the tenant has no such batch.
    /// </summary>
    public const string LockPredecessor = """
        select b.id from jobs.batches b where b.tenant_id = $1 and b.id = $2 for no key update
        """;

    /// <summary>
    /// Batches, their chunks and the outcomes that some items have from the start. $1 to $16 are arrays with an element
    /// a batch, $17 to $24 with an element a page, of which the first says to which of the batches it belongs, from 1;
    /// $25 is the step between ranks, $26 how long an ended batch is kept. The clock is the database's, so that ranks of
    /// different nodes compare. What follows another batch waits also where that has ended already: the one who releases
    /// decides what becomes of it. $27 is a worker, and $28 says for each batch, whose only chunk it holds a slot for, that
    /// it is to be leased to it with this, and $29 the span that it is submitted in; what it may not run now is ready for whoever comes. The rows are the chunks
    /// that were leased.
    /// </summary>
    public const string InsertBatches = """
        with given as materialized (
            select g.id, g.tenant_id, g.kind, g.priority, g.total, g.max_attempts, g.item_timeout_ms, g.metadata,
                g.submitted_at, g.not_before, g.expires_after, g.after_id, g.after_success, g.callback_url, g.chunk_limit,
                g.lanes, g.traceparent, g.ordinal,
                g.direct
                    and exists (select from jobs.workers w where w.id = $27)
                    and not exists (select from jobs.paused_priorities p where p.priority = g.priority)
                    and not exists (select from jobs.tenants t where t.id = g.tenant_id and t.max_running is not null)
                    as direct,
                -- jobs.next_rank, written out.
                greatest(
                    (extract(epoch from now()) * 1000000)::bigint,
                    (select c.rank
                     from jobs.chunks c
                     where c.state = 'ready' and c.kind = g.kind and c.tenant_id = g.tenant_id and c.priority = g.priority
                        and c.rank > (extract(epoch from now()) * 1000000)::bigint
                     order by c.rank
                     limit 1)) as rank
            from unnest(
                $1::uuid[], $2::int[], $3::text[], $4::smallint[], $5::int[], $6::smallint[], $7::int[], $8::text[],
                $9::timestamptz[], $10::timestamptz[], $11::interval[], $12::uuid[], $13::bool[], $14::text[], $15::int[],
                $16::smallint[], $28::bool[], $29::text[])
                with ordinality g (id, tenant_id, kind, priority, total, max_attempts, item_timeout_ms, metadata,
                    submitted_at, not_before, expires_after, after_id, after_success, callback_url, chunk_limit,
                    lanes, direct, traceparent, ordinal)
        ),
        page as materialized (
            select *
            from unnest(
                $17::bigint[], $18::int[], $19::smallint[], $20::bytea[], $21::smallint[], $22::smallint[], $23::text[], $24::text[])
                p (ordinal, page, open, items, succeeded, failed, outcomes, error_codes)
        ),
        settled as materialized (
            select p.ordinal, sum(p.succeeded)::int as succeeded, sum(p.failed)::int as failed, bool_or(p.open > 0) as open
            from page p
            group by p.ordinal
        ),
        batch as (
            insert into jobs.batches (
                id, tenant_id, kind, priority, total, max_attempts, item_timeout_ms, metadata,
                succeeded, failed, state, submitted_at, started_at, finished_at, expires_at, callback_url, chunk_limit, lanes,
                version, traceparent)
            select g.id, g.tenant_id, g.kind, g.priority, g.total, g.max_attempts, g.item_timeout_ms, g.metadata::jsonb,
                s.succeeded, s.failed,
                case when not s.open then 'completed' when g.direct then 'running' else 'queued' end,
                g.submitted_at,
                case when not s.open or g.direct then g.submitted_at end,
                case when not s.open then g.submitted_at end,
                case when not s.open then g.submitted_at + $26::interval end,
                g.callback_url, g.chunk_limit, g.lanes,
                -- As if the lease had come after the submission.
                case when s.open and g.direct then 2 else 1 end,
                g.traceparent
            from given g
            join settled s on s.ordinal = g.ordinal
        ),
        limited as (
            insert into jobs.deadlines (batch_id, at)
            select g.id, now() + g.expires_after
            from given g
            join settled s on s.ordinal = g.ordinal
            where g.expires_after is not null and s.open
        ),
        waiting as (
            insert into jobs.waits (batch_id, after_id, needs_success)
            select g.id, g.after_id, g.after_success
            from given g
            join settled s on s.ordinal = g.ordinal
            where g.after_id is not null and s.open
        ),
        followed as (
            update jobs.batches p
            set followed = true
            where p.id = any ($12::uuid[]) and not p.followed
        ),
        over as (
            insert into jobs.ended_predecessors (batch_id)
            select p.id
            from jobs.batches p
            where p.id = any ($12::uuid[]) and p.finished_at is not null
                and exists (
                    select from given g join settled s on s.ordinal = g.ordinal where g.after_id = p.id and s.open)
            on conflict do nothing
        ),
        outcome as (
            insert into jobs.outcome_pages (
                batch_id, page, version, part, attempt, succeeded, failed, cancelled, outcomes, error_codes)
            select g.id, p.page, 1, 0, 0, p.succeeded, p.failed, 0, p.outcomes, p.error_codes::jsonb
            from page p
            join given g on g.ordinal = p.ordinal
            where p.outcomes is not null
        ),
        chunk as (
            insert into jobs.chunks (
                batch_id, page, tenant_id, kind, priority, rank, state, due_at, limited, items, count,
                worker_id, leased_at, token)
            select g.id, p.page, g.tenant_id, g.kind, g.priority, g.rank + p.page * $25::bigint,
                case
                    when g.direct then 'leased'
                    when g.after_id is not null then 'held'
                    when g.not_before > now() then 'scheduled'
                    when row_number() over (partition by g.ordinal order by p.page) > g.chunk_limit then 'held'
                    else 'ready' end,
                case when g.not_before > now() then g.not_before end,
                g.chunk_limit is not null, p.items, p.open,
                case when g.direct then $27 end, case when g.direct then now() end, case when g.direct then 1 else 0 end
            from page p
            join given g on g.ordinal = p.ordinal
            where p.open > 0
            returning batch_id, id, tenant_id, state
        )
        select c.batch_id, c.id, t.weight
        from chunk c
        join jobs.tenants t on t.id = c.tenant_id
        where c.state = 'leased'
        """;
}
