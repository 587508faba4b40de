namespace Jobs.Batches;

/// <summary>The statements of a submission.</summary>
internal static class SubmitStatements
{
    /// <summary>$1 batch, then arrays, an element a page.</summary>
    public const string InsertPages = """
        insert into jobs.item_pages (batch_id, page, first, count, items, custom_ids)
        select $1, p.page, p.first, p.count, p.items, p.custom_ids
        from unnest($2::int[], $3::int[], $4::smallint[], $5::text[], $6::text[]) p (page, first, count, items, custom_ids)
        """;

    public const string CopyPages = """
        copy jobs.item_pages (batch_id, page, first, count, items, custom_ids) from stdin (format binary)
        """;

    /// <summary>
    /// Locks the batch that another one is to follow, so that its end either comes before and is seen by
    /// <see cref="InsertBatch"/>, or comes after and sees who waits. No row where the tenant has no such batch.
    /// </summary>
    public const string LockPredecessor = """
        select b.id from jobs.batches b where b.tenant_id = $1 and b.id = $2 for no key update
        """;

    /// <summary>
    /// The batch, its chunks and the outcomes that some items have from the start. The clock is the database's, so
    /// that ranks of different nodes compare. What follows a batch ($21) waits also where that has ended already: the
    /// one who releases decides what becomes of it.
    /// </summary>
    public const string InsertBatch = """
        with page as (
            select *
            from unnest($12::int[], $13::smallint[], $14::bytea[], $15::smallint[], $16::smallint[], $17::text[], $18::text[])
                p (page, open, items, succeeded, failed, outcomes, error_codes)
        ),
        settled as (
            select coalesce(sum(succeeded), 0)::int as succeeded, coalesce(sum(failed), 0)::int as failed from page
        ),
        batch as (
            insert into jobs.batches (
                id, tenant_id, kind, priority, total, max_attempts, item_timeout_ms, metadata,
                succeeded, failed, state, submitted_at, started_at, finished_at, expires_at, callback_url, chunk_limit, lanes)
            select $1, $2, $3, $4, $5, $6, $7, $8::jsonb,
                s.succeeded, s.failed,
                case when s.succeeded + s.failed = $5 then 'completed' else 'queued' end,
                $19,
                case when s.succeeded + s.failed = $5 then $19 end,
                case when s.succeeded + s.failed = $5 then $19 end,
                case when s.succeeded + s.failed = $5 then $19 + $11::interval end,
                $23, $24, $25
            from settled s
        ),
        limited as (
            insert into jobs.deadlines (batch_id, at)
            select $1, now() + $20::interval
            where $20::interval is not null and exists (select from page where open > 0)
        ),
        waiting as (
            insert into jobs.waits (batch_id, after_id, needs_success)
            select $1, $21::uuid, $22
            where $21::uuid is not null and exists (select from page where open > 0)
        ),
        followed as (
            update jobs.batches p
            set followed = true
            where p.id = $21::uuid and not p.followed
        ),
        over as (
            insert into jobs.ended_predecessors (batch_id)
            select p.id
            from jobs.batches p
            where p.id = $21::uuid and p.finished_at is not null and exists (select from page where open > 0)
            on conflict do nothing
        ),
        outcome as (
            insert into jobs.outcome_pages (
                batch_id, page, version, part, attempt, succeeded, failed, cancelled, outcomes, error_codes)
            select $1, page, 1, 0, 0, succeeded, failed, 0, outcomes, error_codes::jsonb
            from page
            where outcomes is not null
        )
        insert into jobs.chunks (
            batch_id, page, tenant_id, kind, priority, rank, state, due_at, limited, items, count)
        select $1, p.page, $2, $3, $4,
            -- jobs.next_rank, written out.
            greatest(
                (extract(epoch from now()) * 1000000)::bigint,
                (select c.rank
                 from jobs.chunks c
                 where c.state = 'ready' and c.kind = $3 and c.tenant_id = $2 and c.priority = $4
                 order by c.rank
                 limit 1)) + p.page * $10::bigint,
            case
                when $21::uuid is not null then 'held'
                when $9::timestamptz > now() then 'scheduled'
                when row_number() over (order by p.page) > $24 then 'held'
                else 'ready' end,
            case when $9::timestamptz > now() then $9::timestamptz end,
            $24 is not null, p.items, p.open
        from page p
        where p.open > 0
        """;
}
