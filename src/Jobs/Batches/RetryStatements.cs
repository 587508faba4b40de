namespace Jobs.Batches;

/// <summary>
/// The statements of a retry, which are one transaction that holds the batch. $1 is the batch throughout, but for
/// those that name their tenant. Failures of attempt 0 are not retried: no execution failed there, the item was refused
/// when it was submitted. Nor are items executed ten thousand times already.
/// </summary>
internal static class RetryStatements
{
    /// <summary>
    /// $1 tenant, $2 batch. Locks it; returns whether it may be retried: not while it is being
    /// cancelled, nor once its retention is over or about to be, because cleanup goes by that time.
    /// </summary>
    public const string Lock = """
        select b.state <> 'cancelling' and (b.expires_at is null or b.expires_at > clock_timestamp() + interval '10 seconds')
        from jobs.batches b
        where b.tenant_id = $1 and b.id = $2 and b.purged_at is null
        for no key update
        """;

    /// <summary>$1 tenant, $2 batch: how many items match; $3 whether cancelled ones, $4 the code or null.</summary>
    public const string Count = """
        select b.state, coalesce(
            sum(case
                when $3 then o.cancelled
                when $4::text is null then o.failed
                else (o.error_codes ->> $4)::int end), 0)::int
        from jobs.batches b
        left join jobs.outcome_pages o on o.batch_id = b.id
            and o.attempt < 10000
            and case when $3 then o.cancelled > 0 else o.failed > 0 and o.attempt > 0 end
        where b.tenant_id = $1 and b.id = $2 and b.purged_at is null
        group by b.id
        """;

    /// <summary>
    /// The rows of the next pages, from $2 on, that have an outcome of this kind: $3 whether cancelled ones, $4 the code
    /// or null, $5 how many pages. No other row is opened, and none is looked at beyond the last of these pages.
    /// </summary>
    public const string Outcomes = """
        with next as materialized (
            select o.page
            from jobs.outcome_pages o
            where o.batch_id = $1 and o.page >= $2 and o.attempt < 10000
                and case
                    when $3 then o.cancelled > 0
                    else o.failed > 0 and o.attempt > 0 and ($4::text is null or o.error_codes ? $4) end
            group by o.page
            order by o.page
            limit $5
        )
        select o.page, p.count, o.version, o.part, o.attempt, o.items, o.outcomes, o.superseded
        from next n
        join jobs.outcome_pages o on o.batch_id = $1 and o.page = n.page
        join jobs.item_pages p on p.batch_id = $1 and p.page = n.page
        where o.attempt < 10000
            and case
                when $3 then o.cancelled > 0
                else o.failed > 0 and o.attempt > 0 and ($4::text is null or o.error_codes ? $4) end
        order by o.page, o.version, o.part
        """;

    /// <summary>Arrays with an element a row: its key, the items that do not count in it any more, and what is left.</summary>
    public const string Supersede = """
        update jobs.outcome_pages o
        set superseded = u.superseded, failed = u.failed, cancelled = u.cancelled, error_codes = u.error_codes::jsonb
        from unnest($2::int[], $3::bigint[], $4::int[], $5::bytea[], $6::smallint[], $7::smallint[], $8::text[])
            u (page, version, part, superseded, failed, cancelled, error_codes)
        where o.batch_id = $1 and o.page = u.page and o.version = u.version and o.part = u.part
        """;

    /// <summary>
    /// $2 to $5 are arrays with an element a chunk. They queue as if they were submitted now: $6 is the step, $7 how many
    /// chunks of this retry came before.
    /// </summary>
    public const string InsertChunks = """
        insert into jobs.chunks (
            batch_id, page, tenant_id, kind, priority, rank, state, limited, attempt, attempts_before, items, count)
        select b.id, u.page, b.tenant_id, b.kind, b.priority,
            n.rank + ($7 + u.ordinal - 1) * $6::bigint,
            case
                when b.state = 'paused' or b.chunk_limit is not null
                    or exists (select from jobs.waits w where w.batch_id = b.id) then 'held'
                else 'ready' end,
            b.chunk_limit is not null, u.attempt + 1, u.attempt, u.items, u.count
        from jobs.batches b
        cross join lateral (select jobs.next_rank(b.kind, b.tenant_id, b.priority) as rank offset 0) n
        cross join unnest($2::int[], $3::smallint[], $4::bytea[], $5::smallint[])
            with ordinality u (page, attempt, items, count, ordinal)
        where b.id = $1
        """;

    /// <summary>The batch has $2 failures and $3 cancelled items less. One that had ended runs again, without a limit of time.</summary>
    public const string Reopen = """
        with unlimited as (
            delete from jobs.deadlines d
            using jobs.batches b
            where d.batch_id = $1 and b.id = d.batch_id and b.finished_at is not null
        )
        update jobs.batches b
        set failed = b.failed - $2,
            cancelled = b.cancelled - $3,
            version = b.version + 1,
            state = case when b.finished_at is null then b.state else 'running' end,
            started_at = case when b.finished_at is null then b.started_at else coalesce(b.started_at, now()) end,
            expiring = false,
            finished_at = null,
            expires_at = null
        where b.id = $1
        """;
}
