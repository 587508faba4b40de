namespace Jobs.Batches;

/// <summary>The statements that read batches. All are filtered by tenant.</summary>
internal static class ReadStatements
{
    /// <summary>
    /// Running items are those of leased chunks, of which there are at most as many as slots; the rest follows from
    /// the batch's own row. One statement is one snapshot, so the counts add up.
    /// </summary>
    internal const string Columns = """
        b.id, b.kind, b.priority, b.state, b.total, b.succeeded, b.failed, b.cancelled,
            (select coalesce(sum(c.count), 0)::int from jobs.chunks c
             where c.tenant_id = b.tenant_id and c.batch_id = b.id and c.state = 'leased') as running,
            b.submitted_at, b.started_at, b.finished_at, b.expires_at, b.metadata::text, b.version,
            b.purged_at is not null as purged,
            extract(epoch from coalesce(b.finished_at, clock_timestamp()) - b.started_at)::float8 as seconds
        """;

    public const string Get = $"""
        select {Columns}
        from jobs.batches b
        where b.id = $2 and b.tenant_id = $1
        """;

    /// <summary>$2 state, $3 kind and $4 priority, each null for all; $5 the id before which to go on; $6 how many.</summary>
    public const string List = $"""
        select {Columns}
        from jobs.batches b
        where b.tenant_id = $1
            and b.purged_at is null
            and ($2::text is null or b.state = $2)
            and ($3::text is null or b.kind = $3)
            and ($4::smallint is null or b.priority = $4)
            and ($5::uuid is null or b.id < $5)
        order by b.id desc
        limit $6
        """;

    /// <summary>
    /// Pages from number $3 and index $6 on that have an item of the status $4 (null for any), at most $5. The subqueries name the batch by
    /// its parameter: by the outer row's column PostgreSQL hashes the chunks of all batches.
    /// </summary>
    public const string Pages = """
        select p.page, p.first, p.count, p.custom_ids
        from jobs.batches b
        join jobs.item_pages p on p.batch_id = b.id
        where b.tenant_id = $1 and b.id = $2 and p.page >= $3 and p.first + p.count > $6
            and case
                when $4::text is null then true
                when $4 in ('pending', 'running') then exists (
                    select from jobs.chunks c where c.batch_id = $2 and c.page = p.page)
                else exists (
                    select from jobs.outcome_pages o
                    where o.batch_id = $2 and o.page = p.page
                        and case $4 when 'failed' then o.failed when 'cancelled' then o.cancelled else o.succeeded end > 0)
            end
        order by p.page
        limit $5
        """;

    public const string Outcomes = """
        select o.page, o.attempt, o.items, o.outcomes, o.superseded
        from jobs.outcome_pages o
        where o.batch_id = $1 and o.page = any ($2::int[])
        order by o.page, o.version, o.part
        """;

    public const string Chunks = """
        select c.page, c.state = 'leased', c.attempt, c.items
        from jobs.chunks c
        where c.batch_id = $1 and c.page = any ($2::int[])
        """;

    /// <summary>How many failures have which code, and the page in which each first appears.</summary>
    public const string Errors = """
        select e.code, sum(e.count::int)::int, min(o.page)
        from jobs.batches b
        join jobs.outcome_pages o on o.batch_id = b.id
        cross join lateral jsonb_each_text(o.error_codes) e (code, count)
        where b.tenant_id = $1 and b.id = $2 and o.failed > 0
        group by e.code
        order by 2 desc, 1
        """;

    /// <summary>Pages of outcomes with failures that were settled after the version $3 and until $4.</summary>
    public const string FailuresSince = """
        select o.page, o.attempt, o.outcomes, p.first, p.custom_ids, p.count, o.superseded
        from jobs.batches b
        join jobs.outcome_pages o on o.batch_id = b.id
        join jobs.item_pages p on p.batch_id = b.id and p.page = o.page
        where b.tenant_id = $1 and b.id = $2 and o.version > $3 and o.version <= $4 and o.failed > 0
        order by o.version, o.part
        limit $5
        """;

    /// <summary>The pages that hold the items $3, each with those of them that it holds.</summary>
    public const string Payloads = """
        select p.first, p.count, p.items, wanted.indexes
        from jobs.batches b
        join jobs.item_pages p on p.batch_id = b.id
        cross join lateral (
            select array_agg(i) as indexes
            from unnest($3::int[]) i
            where i >= p.first and i < p.first + p.count
        ) wanted
        where b.tenant_id = $1 and b.id = $2 and wanted.indexes is not null
        """;
}
