namespace Jobs.HangfireEngine;

/// <summary>
/// The statements that choose what is dispatched and remember it. A chunk is in <c>jobs.dispatches</c> from before its
/// job is made until that job is delivered: then <see cref="Jobs.Engine.LeaseByIdStatement"/> takes it out.
/// </summary>
internal static class DispatchStatements
{
    /// <summary>Comes first in the transaction of a choice: one process at a time chooses.</summary>
    public const string Exclude = "select pg_advisory_xact_lock(hashtext('jobs.dispatch'))";

    /// <summary>
    /// Chooses what is ready and not dispatched yet, and enters it. $1 to $3 are the kinds that this process knows, how
    /// many chunks of each may run over all workers and on each of them (0 for no limit), $4 how many of a priority are
    /// dispatched at most, $5 how many are chosen at once, $6 after what time one is dispatched again if nothing is
    /// heard of its job. What a limit or a pause would refuse is not chosen. Between tenants of a priority the one that
    /// has the fewest dispatched goes first, by weight; within a tenant the lowest rank.
    /// </summary>
    public const string ChooseReady = """
        with recursive queue as (
            -- Each is found by one jump in the index from the one before.
            select k.kind, k.most, k.each, q.tenant_id, q.priority
            from unnest($1::text[], $2::int[], $3::int[]) k (kind, most, each)
            cross join lateral (
                select r.tenant_id, r.priority
                from jobs.chunks r
                where r.state = 'ready' and r.kind = k.kind
                order by r.tenant_id, r.priority
                limit 1
            ) q
            union all
            select p.kind, p.most, p.each, q.tenant_id, q.priority
            from queue p
            cross join lateral (
                select r.tenant_id, r.priority
                from jobs.chunks r
                where r.state = 'ready' and r.kind = p.kind and (r.tenant_id, r.priority) > (p.tenant_id, p.priority)
                order by r.tenant_id, r.priority
                limit 1
            ) q
        ),
        waiting as materialized (
            select d.kind, d.tenant_id, d.priority, count(*)::int as chunks
            from jobs.dispatches d
            where d.due_at is null
            group by d.kind, d.tenant_id, d.priority
        ),
        opened as materialized (
            select *
            from (
                select q.kind, q.tenant_id, q.priority, t.weight,
                    coalesce((select sum(w.chunks) from waiting w where w.tenant_id = q.tenant_id and w.priority = q.priority), 0)
                        as before,
                    $4 - coalesce((select sum(w.chunks) from waiting w where w.priority = q.priority), 0) as room,
                    case when q.most > 0 or q.each > 0 then
                        least(
                            case when q.most > 0 then q.most end,
                            case when q.each > 0 then q.each * (
                                select count(*) from jobs.workers n where q.kind = any (n.kinds) and n.state = 'active') end)
                        - (select count(*) from jobs.chunks r where r.state = 'leased' and r.kind = q.kind)
                        - coalesce((select sum(w.chunks) from waiting w where w.kind = q.kind), 0) end as of_kind,
                    case when t.max_running is not null then
                        t.max_running
                        - (select count(*) from jobs.chunks r where r.state = 'leased' and r.tenant_id = q.tenant_id)
                        - coalesce((select sum(w.chunks) from waiting w where w.tenant_id = q.tenant_id), 0) end as of_tenant
                from queue q
                join jobs.tenants t on t.id = q.tenant_id
                where not exists (select from jobs.paused_priorities p where p.priority = q.priority)
            ) o
            where o.room > 0 and (o.of_kind is null or o.of_kind > 0) and (o.of_tenant is null or o.of_tenant > 0)
        ),
        placed as (
            select o.*, c.batch_id, c.id, c.page, c.count, c.attempt, c.rank,
                row_number() over (partition by o.kind order by o.priority, c.rank) as place_of_kind,
                row_number() over (partition by o.tenant_id order by o.priority, c.rank) as place_of_tenant,
                (o.before + row_number() over (partition by o.tenant_id, o.priority order by c.rank)) / o.weight::float8 as turn
            from opened o
            cross join lateral (
                select r.batch_id, r.id, r.page, r.count, r.attempt, r.rank
                from jobs.chunks r
                where r.state = 'ready' and r.kind = o.kind and r.tenant_id = o.tenant_id and r.priority = o.priority
                    and not exists (select from jobs.dispatches d where d.batch_id = r.batch_id and d.chunk_id = r.id)
                order by r.rank
                limit least($5, o.room, o.of_kind, o.of_tenant)
            ) c
        ),
        chosen as materialized (
            select p.*, row_number() over (partition by p.priority order by p.turn, p.rank) as place
            from placed p
            where (p.of_kind is null or p.place_of_kind <= p.of_kind)
                and (p.of_tenant is null or p.place_of_tenant <= p.of_tenant)
        ),
        first as materialized (
            select * from chosen c where c.place <= c.room order by c.priority, c.place limit $5
        ),
        entered as (
            insert into jobs.dispatches (batch_id, chunk_id, tenant_id, kind, priority, again_at)
            select f.batch_id, f.id, f.tenant_id, f.kind, f.priority, now() + $6::interval
            from first f
            on conflict do nothing
            returning batch_id, chunk_id
        )
        select f.batch_id, f.id, f.kind, f.priority, f.page, f.count, f.attempt, null::float8
        from first f
        join entered e on e.batch_id = f.batch_id and e.chunk_id = f.id
        order by f.priority, f.place
        """;

    /// <summary>
    /// The same for what is due later, the soonest first; also returns in how many seconds. $1 the kinds, $2 how many are
    /// dispatched at most, $3 how many are chosen at once, $4 as $6 above.
    /// </summary>
    public const string ChooseScheduled = """
        with soonest as materialized (
            select c.batch_id, c.id, c.tenant_id, c.kind, c.priority, c.page, c.count, c.attempt, c.due_at
            from jobs.chunks c
            where c.state = 'scheduled'
            order by c.due_at
            limit $2
        ),
        first as materialized (
            select s.*
            from soonest s
            where s.kind = any ($1::text[])
                and not exists (select from jobs.dispatches d where d.batch_id = s.batch_id and d.chunk_id = s.id)
            order by s.due_at
            limit $3
        ),
        entered as (
            insert into jobs.dispatches (batch_id, chunk_id, tenant_id, kind, priority, due_at, again_at)
            select f.batch_id, f.id, f.tenant_id, f.kind, f.priority, f.due_at, now() + $4::interval
            from first f
            on conflict do nothing
            returning batch_id, chunk_id
        )
        select f.batch_id, f.id, f.kind, f.priority, f.page, f.count, f.attempt,
            extract(epoch from f.due_at - clock_timestamp())::float8
        from first f
        join entered e on e.batch_id = f.batch_id and e.chunk_id = f.id
        order by f.due_at
        """;

    /// <summary>Jobs were made: $1 and $2 name the chunks, $3 the jobs.</summary>
    public const string EnterJobs = """
        update jobs.dispatches d
        set job_id = u.job_id
        from unnest($1::uuid[], $2::bigint[], $3::bigint[]) u (batch_id, chunk_id, job_id)
        where d.batch_id = u.batch_id and d.chunk_id = u.chunk_id and d.job_id is null
        """;

    /// <summary>A chunk that nobody here can run is not dispatched again before the time $3.</summary>
    public const string Postpone = """
        update jobs.dispatches set job_id = null, again_at = now() + $3::interval where batch_id = $1 and chunk_id = $2
        """;

    /// <summary>
    /// Forgets what has no job that could still be delivered, so that it is dispatched again, and what has no chunk any
    /// more; returns how much of the first there was.
    /// </summary>
    public const string Forget = """
        with lost as materialized (
            select d.batch_id, d.chunk_id,
                exists (select from jobs.chunks c where c.batch_id = d.batch_id and c.id = d.chunk_id) as waits
            from jobs.dispatches d
            left join hangfire.job j on j.id = d.job_id
            where case
                    when d.job_id is null then d.again_at <= now()
                    else j.id is null or j.statename not in ('Enqueued', 'Scheduled', 'Processing') end
                or not exists (select from jobs.chunks c where c.batch_id = d.batch_id and c.id = d.chunk_id)
        ),
        gone as (
            delete from jobs.dispatches d
            using lost l
            where d.batch_id = l.batch_id and d.chunk_id = l.chunk_id
        )
        select count(*) filter (where l.waits)::int from lost l
        """;
}
