namespace Jobs.Engine;

/// <summary>The statements that hand out leases.</summary>
internal static class LeaseStatements
{
    /// <summary>
    /// $1 worker, $2 and $3 kinds and how many chunks of each, $4 how many in all. One head per kind, so that a flood
    /// of a kind that this worker cannot take now is not read past. Chunks that others are leasing are skipped; so is
    /// the start of a batch that somebody else is changing, because whoever changes it starts it too. A worker that was
    /// taken for dead gets nothing.
    /// </summary>
    public const string Lease = """
        with head as materialized (
            select c.batch_id, c.id
            from unnest($2::text[], $3::int[]) k (kind, free)
            cross join lateral (
                select r.batch_id, r.id, r.rank
                from jobs.chunks r
                where r.kind = k.kind and r.state = 'ready'
                order by r.rank
                limit k.free
                for update skip locked
            ) c
            where exists (select from jobs.workers w where w.id = $1)
            order by c.rank
            limit $4
        ),
        leased as (
            update jobs.chunks c
            set state = 'leased', worker_id = $1, leased_at = now(), token = c.token + 1
            from head h
            where c.batch_id = h.batch_id and c.id = h.id and c.state = 'ready'
            returning c.batch_id, c.id, c.token, c.page, c.kind, c.rank, c.attempt, c.deaths, c.items
        ),
        started as (
            update jobs.batches b
            set state = 'running', started_at = now(), version = b.version + 1
            where b.id in (
                select q.id
                from jobs.batches q
                where q.id in (select l.batch_id from leased l) and q.state = 'queued'
                order by q.id
                for no key update skip locked)
        )
        select l.batch_id, l.id, l.token, l.page, l.kind, l.attempt, l.deaths,
            b.tenant_id, b.max_attempts, b.item_timeout_ms, b.state = 'cancelling',
            p.first, p.count, l.items, p.items
        from leased l
        join jobs.batches b on b.id = l.batch_id
        join jobs.item_pages p on p.batch_id = l.batch_id and p.page = l.page
        order by l.rank
        """;

    /// <summary>Most that one <see cref="Promote"/> moves.</summary>
    public const int PromotedAtOnce = 1000;

    /// <summary>What has become due is ready; returns how much that was, and when the next is due.</summary>
    public const string Promote = """
        with due as materialized (
            select c.batch_id, c.id
            from jobs.chunks c
            where c.state = 'scheduled' and c.due_at <= now()
            order by c.due_at
            limit 1000
            for update skip locked
        ),
        promoted as (
            update jobs.chunks c
            set state = 'ready', due_at = null
            from due d
            where c.batch_id = d.batch_id and c.id = d.id
            returning 1
        )
        select (select count(*)::int from promoted),
            (select extract(epoch from min(c.due_at) - clock_timestamp())::float8
             from jobs.chunks c where c.state = 'scheduled' and c.due_at > now())
        """;
}
