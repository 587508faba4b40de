namespace Jobs.Engine;

/// <summary>The statement that leases a certain chunk.</summary>
internal static class LeaseByIdStatement
{
    /// <summary>
    /// $1 worker, $2 and $3 the chunk, $4 to $6 the kinds that the worker serves, how many more of each it takes and how
    /// many of each may run over all workers (0 for no limit), $7 after how many deaths a single item is executed alone,
    /// $8 whether it would be, $9 whether <see cref="LeaseStatements.Exclude"/> came before. Whose turn it is was decided
    /// by who names the chunk; all limits of <see cref="LeaseStatements.Lease"/> hold, and the commit is not waited for
    /// as there. There is always a row: with the chunk, or with a <see cref="ChunkVerdict"/>, or with neither when there
    /// is no such chunk. Unless it is to be asked again, the job that named the chunk is done with, whatever the answer.
    /// </summary>
    public const string Lease = """
        with wanted as materialized (
            select c.batch_id, c.id,
                case
                    when c.state = 'scheduled' and c.due_at <= now() then 1
                    when c.state <> 'ready' then 2
                    when not exists (select from jobs.workers w where w.id = $1) then 3
                    when k.kind is null then 4
                    when exists (select from jobs.paused_priorities p where p.priority = c.priority) then 5
                    when not $9 and (k.most > 0 or t.max_running is not null) then 6
                    when k.most > 0 and k.most <= (
                        select count(*) from jobs.chunks r where r.state = 'leased' and r.kind = c.kind) then 7
                    when t.max_running <= (
                        select count(*) from jobs.chunks r where r.state = 'leased' and r.tenant_id = c.tenant_id) then 7
                    when k.free <= 0 then 8
                    when not $8 and c.count = 1 and c.deaths >= $7 and c.deaths < 2 * $7 then 9
                    else 0 end as verdict
            from jobs.chunks c
            join jobs.tenants t on t.id = c.tenant_id
            left join unnest($4::text[], $5::int[], $6::int[]) k (kind, free, most) on k.kind = c.kind
            where c.batch_id = $2 and c.id = $3
                and set_config('synchronous_commit', 'off', true) is not null
        ),
        head as materialized (
            select c.batch_id, c.id
            from wanted w
            join jobs.chunks c on c.batch_id = w.batch_id and c.id = w.id
            -- By its key, whatever the plan was made for: not by an index of what is ready.
            where w.verdict = 0 and c.state || '' = 'ready'
            for update of c skip locked
        ),
        leased as (
            update jobs.chunks c
            set state = 'leased', worker_id = $1, leased_at = now(), token = c.token + 1
            from head h
            where c.batch_id = h.batch_id and c.id = h.id
            returning c.batch_id, c.id, c.token, c.page, c.kind, c.attempt, c.deaths, c.items, c.attempts_before
        ),
        delivered as (
            -- Whoever looks for what has no job finds it leased, or may give it another one.
            delete from jobs.dispatches d
            where d.batch_id = $2 and d.chunk_id = $3
                and not exists (select from wanted w where w.verdict in (1, 4, 6, 8, 9))
        ),
        started as (
            update jobs.batches b
            set state = 'running', started_at = now(), version = b.version + 1
            where b.id in (
                select q.id
                from jobs.batches q
                where q.id in (select l.batch_id from leased l) and q.state = 'queued'
                for no key update skip locked)
        )
        select l.batch_id, l.id, l.token, l.page, l.kind, l.attempt, l.deaths,
            b.tenant_id, b.max_attempts, b.item_timeout_ms, b.state = 'cancelling',
            p.first, p.count, l.items, p.items, l.attempts_before,
            b.lanes, b.chunk_limit is not null, t.weight,
            (select w.verdict from wanted w),
            t.max_running is not null,
            b.traceparent
        from (values (1)) one (row)
        left join (
            leased l
            join jobs.batches b on b.id = l.batch_id
            join jobs.tenants t on t.id = b.tenant_id
            join jobs.item_pages p on p.batch_id = l.batch_id and p.page = l.page
        ) on true
        """;
}
