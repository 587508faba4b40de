namespace Jobs.Engine;

/// <summary>The statements that hand out leases.</summary>
internal static class LeaseStatements
{
    /// <summary>
    /// Comes first in the same transaction where there are limits over all workers: one lease at a time, so that the
    /// next statement sees every lease that counts against them.
    /// </summary>
    public const string Exclude = "select pg_advisory_xact_lock(hashtext('jobs.lease'))";

    /// <summary>Most queues that one <see cref="Lease"/> looks at.</summary>
    public const int QueuesAtOnce = 64;

    /// <summary>
    /// <para>
    /// A queue is what is ready of one kind, tenant and priority. $1 worker, $2 to $4 kinds, how many chunks of each and
    /// how many of each over all workers (0 for no limit), $5 how many in all, $6 priorities. $7 to $10 are arrays with
    /// an element a tenant that this worker knows: its virtual time, how much of it a chunk is expected to cost, and
    /// whether what has waited longer than its head start goes first this time; $11 and $12 the time and the cost of any
    /// other. $13 and $14 are the head starts of high over normal and over low, $15 the tenant to begin with where there
    /// are more queues than are looked at, $16 whether <see cref="Exclude"/> came before, $17 a rank below
    /// which nothing was ready when this worker looked last: what is gone need not be passed again, of which there is
    /// much while a transaction stays open somewhere.
    /// </para>
    /// <para>
    /// Between tenants the lowest virtual time goes first; within a tenant high before normal before low, and of each
    /// queue the lowest rank. Chunks that others are leasing are skipped; so is the start of a batch that somebody else
    /// is changing, because whoever changes it starts it too. A worker that was taken for dead gets nothing. The commit
    /// is not waited for until it is on disk: a lease that a crash of PostgreSQL undoes was never there, and its holder
    /// can settle nothing by it. There is always a row: it says which tenants have something ready, and where the next
    /// lease is to begin when this one did not see all queues.
    /// </para>
    /// </summary>
    public const string Lease = """
        with recursive queue as (
            -- Each is found by one jump in the index from the one before.
            select k.ordinal, k.free, k.most, q.kind, q.tenant_id, q.priority, a.last
            from unnest($2::text[], $3::int[], $4::int[]) with ordinality k (kind, free, most, ordinal)
            cross join (values ($15::int, 2147483647), (0, $15::int - 1)) a (first, last)
            cross join lateral (
                select r.kind, r.tenant_id, r.priority
                from jobs.chunks r
                where r.state = 'ready' and r.kind = k.kind and r.tenant_id between a.first and a.last and r.rank >= $17
                order by r.tenant_id, r.priority
                limit 1
            ) q
            where a.first <= a.last
                and exists (select from jobs.workers w where w.id = $1)
                and set_config('synchronous_commit', 'off', true) is not null
            union all
            select p.ordinal, p.free, p.most, q.kind, q.tenant_id, q.priority, p.last
            from queue p
            cross join lateral (
                select r.kind, r.tenant_id, r.priority
                from jobs.chunks r
                where r.state = 'ready' and r.kind = p.kind and r.tenant_id <= p.last and r.rank >= $17
                    and (r.tenant_id, r.priority) > (p.tenant_id, p.priority)
                order by r.tenant_id, r.priority
                limit 1
            ) q
        ),
        seen as materialized (
            select * from queue limit 64
        ),
        opened as materialized (
            -- What is at its limit is left out before it can stand in the way of others.
            select *
            from (
                select q.kind, q.tenant_id, q.priority, q.ordinal,
                    least(q.free, case when q.most > 0 then q.most - (
                        select count(*) from jobs.chunks r where r.state = 'leased' and r.kind = q.kind) end) as of_kind,
                    q.free >= $5 and q.most = 0 and t.max_running is null as free,
                    t.max_running - (
                        select count(*) from jobs.chunks r
                        where t.max_running is not null and r.state = 'leased' and r.tenant_id = q.tenant_id) as of_tenant,
                    coalesce(s.pass, $11) as pass,
                    coalesce(s.cost, $12) as cost,
                    coalesce(s.aged, true) as aged,
                    case q.priority when 0 then interval '0' when 1 then $13::interval else $14::interval end as head_start
                from seen q
                join jobs.tenants t on t.id = q.tenant_id
                left join unnest($7::int[], $8::float8[], $9::float8[], $10::bool[]) s (tenant_id, pass, cost, aged)
                    on s.tenant_id = q.tenant_id
                where q.priority = any ($6::smallint[])
                    and not exists (select from jobs.paused_priorities p where p.priority = q.priority)
                    and ($16 or (t.max_running is null and q.most = 0))
            ) o
            where o.of_kind > 0 and (o.of_tenant is null or o.of_tenant > 0)
        ),
        near as materialized (
            -- Of the tenants those whose turn it may be now, each with as many chunks as its share may be.
            select n.tenant_id, least($5 + 16, ceil(($5 + 16) / n.cost / sum(1 / n.cost) over ()) + 1)::int as most
            from (
                select o.tenant_id, min(o.cost) as cost
                from opened o
                group by o.tenant_id
                order by min(o.pass)
                limit $5 + 16
            ) n
        ),
        placed as (
            select c.batch_id, c.id, c.rank, o.*,
                row_number() over (
                    partition by o.tenant_id
                    order by
                        case when o.aged and o.priority > 0 and c.since + o.head_start <= now() then c.since + o.head_start end
                            nulls last,
                        o.priority, c.rank
                ) - 1 as place
            from near n
            join opened o on o.tenant_id = n.tenant_id
            cross join lateral (
                select r.batch_id, r.id, r.rank, r.since
                from jobs.chunks r
                where r.state = 'ready' and r.kind = o.kind and r.tenant_id = o.tenant_id and r.priority = o.priority
                    and r.rank >= $17
                order by r.rank
                -- Some more than wanted: others may be leasing the first.
                limit case when o.free then n.most else least(n.most, o.of_kind) end
            ) c
        ),
        turn as (
            select p.*,
                row_number() over (partition by p.kind order by p.pass + p.place * p.cost, p.tenant_id, p.place) as place_of_kind
            from placed p
            where p.of_tenant is null or p.place < p.of_tenant
        ),
        chosen as materialized (
            select t.batch_id, t.id, row_number() over (order by t.pass + t.place * t.cost, t.tenant_id, t.place) as turn
            from turn t
            where t.free or t.place_of_kind <= t.of_kind
            order by turn
            limit $5 + 16
        ),
        head as materialized (
            select c.batch_id, c.id, h.turn
            from chosen h
            join jobs.chunks c on c.batch_id = h.batch_id and c.id = h.id
            -- An expression, so that the index of what is ready cannot be chosen over the key: read from end to end it is
            -- cheap only as long as no dead entries stand in it.
            where c.state || '' = 'ready'
            order by h.turn
            limit $5
            for update of c skip locked
        ),
        leased as (
            update jobs.chunks c
            set state = 'leased', worker_id = $1, leased_at = now(), token = c.token + 1
            from head h
            where c.batch_id = h.batch_id and c.id = h.id
            returning c.batch_id, c.id, c.token, c.page, c.kind, h.turn, c.attempt, c.deaths, c.items, c.attempts_before
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
            p.first, p.count, l.items, p.items, l.attempts_before,
            b.lanes, b.chunk_limit is not null, t.weight,
            (select array_agg(distinct o.tenant_id) from opened o),
            t.max_running is not null,
            (select min(r.tenant_id) + 1
             from (select max(s.tenant_id) as tenant_id from seen s where s.last = 2147483647 group by s.ordinal) r
             where (select count(*) from seen) = 64),
            -- What comes later ranks no lower than the time at which its submission began.
            (select least(min(p.rank), (extract(epoch from now() - interval '100 milliseconds') * 1000000)::bigint) from placed p),
            b.traceparent
        from (values (1)) one (row)
        left join (
            leased l
            join jobs.batches b on b.id = l.batch_id
            join jobs.tenants t on t.id = b.tenant_id
            join jobs.item_pages p on p.batch_id = l.batch_id and p.page = l.page
        ) on true
        order by l.turn
        """;

    /// <summary>Most that one <see cref="Promote"/> moves.</summary>
    public const int PromotedAtOnce = 1000;

    /// <summary>
    /// What has become due is ready, or held where its batch has a limit; returns how much that was, and when the next
    /// is due. $1 is the step between the ranks of a batch's chunks.
    /// </summary>
    public const string Promote = """
        with due as materialized (
            select c.batch_id, c.id, c.kind, c.tenant_id, c.priority
            from jobs.chunks c
            where c.state = 'scheduled' and c.due_at <= now()
            order by c.due_at
            limit 1000
            for update skip locked
        ),
        start as materialized (
            select q.kind, q.tenant_id, q.priority, jobs.next_rank(q.kind, q.tenant_id, q.priority) as rank
            from (select distinct d.kind, d.tenant_id, d.priority from due d) q
        ),
        promoted as (
            update jobs.chunks c
            set state = case when c.limited then 'held' else 'ready' end,
                due_at = null,
                since = now(),
                -- A retry goes on where its page was; what was never tried begins now.
                rank = case
                    when c.attempt > 1 then least(c.rank, s.rank)
                    else s.rank + c.page * $1::bigint end
            from due d
            join start s on s.kind = d.kind and s.tenant_id = d.tenant_id and s.priority = d.priority
            where c.batch_id = d.batch_id and c.id = d.id
            returning c.batch_id, c.limited
        ),
        asking as (
            insert into jobs.admissions (batch_id)
            select distinct p.batch_id from promoted p where p.limited
        )
        select (select count(*)::int from promoted),
            (select extract(epoch from min(c.due_at) - clock_timestamp())::float8
             from jobs.chunks c where c.state = 'scheduled' and c.due_at > now())
        """;
}
