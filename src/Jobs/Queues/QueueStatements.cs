namespace Jobs.Queues;

/// <summary>The statements about what waits, by priority and kind.</summary>
internal static class QueueStatements
{
    /// <summary>
    /// What is open of the tenants from $1 to $2, and what has failed in the last hour. Batches say how many of their
    /// items are left, so chunks are not counted but for those that are leased or scheduled, which are few. Of all
    /// open batches at most $3 are looked at, the oldest of each queue, and as many of those that have ended of late;
    /// the last column says that there were more. One statement is one snapshot: the numbers fit each other.
    /// </summary>
    public const string Read = """
        with recursive head as (
            -- Each queue costs one look into the index, however long it is.
            (select b.tenant_id, b.priority, b.kind
             from jobs.batches b
             where b.finished_at is null and b.tenant_id >= $1 and b.tenant_id <= $2
             order by b.tenant_id, b.priority, b.kind
             limit 1)
            union all
            select n.tenant_id, n.priority, n.kind
            from head h
            cross join lateral (
                select b.tenant_id, b.priority, b.kind
                from jobs.batches b
                where b.finished_at is null and b.tenant_id <= $2
                    and (b.tenant_id, b.priority, b.kind) > (h.tenant_id, h.priority, h.kind)
                order by b.tenant_id, b.priority, b.kind
                limit 1
            ) n
        ),
        heads as materialized (
            select * from head limit 1000
        ),
        share as materialized (
            select $3::bigint / greatest(count(*), 1) as most, count(*) = 1000 as cut from heads
        ),
        open as materialized (
            select h.tenant_id, h.priority, h.kind, o.*, o.place > s.most or s.cut as cut,
                o.state = 'paused' or exists (select from jobs.waits w where w.batch_id = o.id) as held,
                (select coalesce(sum(c.count), 0) from jobs.chunks c where c.batch_id = o.id and c.state = 'leased') as leased
            from share s
            cross join heads h
            cross join lateral (
                select b.id, b.state, b.submitted_at, b.failed,
                    b.total - b.succeeded - b.failed - b.cancelled as remaining,
                    row_number() over (order by b.id) as place
                from jobs.batches b
                where b.tenant_id = h.tenant_id and b.priority = h.priority and b.kind = h.kind
                    and b.finished_at is null
                order by b.id
                limit s.most + 1
            ) o
        ),
        split as (
            select o.priority, o.kind, o.submitted_at, o.failed, o.cut, o.held,
                o.remaining - o.leased as waiting,
                case
                    when o.held then 0
                    -- One that starts at a time has nothing else; nor is the rest of a long list counted out.
                    when o.state = 'queued' and s.items > 0 or s.chunks = 1000 then o.remaining - o.leased
                    else s.items end as scheduled
            from open o
            cross join lateral (
                select count(*) as chunks, coalesce(sum(c.count), 0) as items
                from (
                    select c.count
                    from jobs.chunks c
                    where c.batch_id = o.id and c.state = 'scheduled' and not o.held
                    limit 1000
                ) c
            ) s
        ),
        part as (
            select priority, kind,
                case when held then 0 else waiting - scheduled end as ready,
                scheduled,
                case when held then waiting else 0 end as held,
                0 as running,
                failed,
                case when not held and waiting > scheduled then submitted_at end as ready_since,
                cut
            from split
            union all
            select b.priority, b.kind, 0, 0, 0, c.count, 0, null, false
            from jobs.chunks c
            join jobs.batches b on b.id = c.batch_id
            where c.state = 'leased' and b.tenant_id >= $1 and b.tenant_id <= $2
            union all
            select f.priority, f.kind, 0, 0, 0, 0, f.failed, null, f.place > $3
            from jobs.tenants t
            cross join lateral (
                select l.priority, l.kind, l.failed, row_number() over () as place
                from (
                    select b.priority, b.kind, b.failed
                    from jobs.batches b
                    where b.tenant_id = t.id and b.finished_at > now() - interval '1 hour'
                    order by b.finished_at desc
                    limit $3 + 1
                ) l
            ) f
            where t.id >= $1 and t.id <= $2
        )
        select priority, kind, sum(ready)::bigint, sum(scheduled)::bigint, sum(held)::bigint, sum(running)::bigint,
            sum(failed)::bigint, extract(epoch from clock_timestamp() - min(ready_since))::float8 * 1000, bool_or(cut)
        from part
        group by priority, kind
        having sum(ready + scheduled + held + running + failed) > 0
        order by priority, kind
        """;

    public const string Paused =
        "select priority, paused_at, paused_by from jobs.paused_priorities order by priority";

    /// <summary>No row comes back where it was paused before.</summary>
    public const string Pause = """
        insert into jobs.paused_priorities (priority, paused_by) values ($1, $2)
        on conflict do nothing
        returning priority
        """;

    /// <summary>No row comes back where it was not paused.</summary>
    public const string Resume =
        "delete from jobs.paused_priorities where priority = $1 returning priority";
}
