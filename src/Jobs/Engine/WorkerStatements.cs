namespace Jobs.Engine;

/// <summary>The statements by which workers come, stay and go.</summary>
internal static class WorkerStatements
{
    /// <summary>How many are alive, and how many are dead and not cleared away.</summary>
    public const string Count = """
        select (count(*) filter (where w.state = 'active' and w.lease_until > clock_timestamp()))::int,
            (count(*) filter (where w.lease_until <= clock_timestamp()))::int
        from jobs.workers w
        """;

    public const string Register = """
        insert into jobs.workers (
            id, host, process_id, place, process_started, version, slots, kinds, lease_until, priorities)
        values ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp() + $9, $10)
        """;

    /// <summary>
    /// No row comes back when the worker was taken for dead. Returns the chunks that it holds, and with each whether a
    /// tenant has a limit on what runs at once, and the workers of the same place ($4), whose processes this one can look
    /// for: three arrays with an element each.
    /// </summary>
    public const string Heartbeat = """
        with alive as (
            update jobs.workers
            set heartbeat_at = clock_timestamp(), lease_until = clock_timestamp() + $2, state = $3
            where id = $1
            returning id
        )
        select c.batch_id, c.id, c.token, b.state = 'cancelling',
            exists (select from jobs.tenants t where t.max_running is not null),
            n.ids, n.process_ids, n.started
        from alive a
        cross join (
            select array_agg(w.id) as ids, array_agg(w.process_id) as process_ids, array_agg(w.process_started) as started
            from jobs.workers w
            where w.place = $4 and w.id <> $1
        ) n
        left join jobs.chunks c on c.state = 'leased' and c.worker_id = a.id
        left join jobs.batches b on b.id = c.batch_id
        """;

    /// <summary>
    /// Chunks that the database counts as this worker's and that it does not know: $2 to $4 name them. The batches are
    /// locked first: a pause either comes before and is seen here, or comes after and sees what became ready.
    /// </summary>
    public const string Disown = """
        with locked as materialized (
            select b.id, b.state
            from jobs.batches b
            where b.id = any ($2::uuid[])
            order by b.id
            for no key update
        )
        update jobs.chunks c
        set state = case l.state when 'paused' then 'held' else 'ready' end,
            worker_id = null, leased_at = null, token = c.token + 1, deaths = c.deaths + 1
        from unnest($2::uuid[], $3::bigint[], $4::int[]) u (batch_id, id, token)
        join locked l on l.id = u.batch_id
        where c.batch_id = u.batch_id and c.id = u.id and c.token = u.token
            and c.state || '' = 'leased' and c.worker_id = $1
        """;

    /// <summary>
    /// Frees the chunks of workers that are known to have ended ($1), whose lease has run out (where $2 says that this
    /// can be trusted), or that are not there at all; returns how many. The batches are locked as by
    /// <see cref="Disown"/>; what changed hands until then is left alone.
    /// </summary>
    public const string Rescue = """
        with dead as (
            delete from jobs.workers w
            where w.id = any ($1::uuid[]) or ($2 and w.lease_until < clock_timestamp())
            returning w.id
        ),
        stray as materialized (
            select c.batch_id, c.id, c.token
            from jobs.chunks c
            where c.state = 'leased'
                and (
                    c.worker_id in (select id from dead)
                    or not exists (select from jobs.workers w where w.id = c.worker_id))
        ),
        locked as materialized (
            select b.id, b.state
            from jobs.batches b
            where b.id in (select s.batch_id from stray s)
            order by b.id
            for no key update
        ),
        freed as (
            update jobs.chunks c
            set state = case l.state when 'paused' then 'held' else 'ready' end,
                worker_id = null, leased_at = null, token = c.token + 1, deaths = c.deaths + 1
            from stray s
            join locked l on l.id = s.batch_id
            where c.batch_id = s.batch_id and c.id = s.id and c.token = s.token and c.state || '' = 'leased'
            returning 1
        )
        select (select count(*)::int from freed), (select count(*)::int from dead)
        """;

    /// <summary>Whether one of these chunks, handed back by leases with the tokens $3, is ready: now or again.</summary>
    public const string WaitsAny = """
        select exists (
            select
            from unnest($1::uuid[], $2::bigint[], $3::int[]) u (batch_id, id, token)
            join jobs.chunks c on c.batch_id = u.batch_id and c.id = u.id
            where c.token > u.token and c.state = 'ready')
        """;

    /// <summary>
    /// All that are there, with what they hold: leased chunks are about as many as there are slots. One whose lease has run
    /// out is not alive, and rescue has not come to it yet.
    /// </summary>
    public const string List = """
        select w.id, w.host, w.process_id, w.version, w.slots, w.kinds, w.priorities, w.state, w.started_at,
            w.heartbeat_at, extract(epoch from clock_timestamp() - w.heartbeat_at)::float8 * 1000,
            w.lease_until > clock_timestamp(), coalesce(h.chunks, 0), coalesce(h.items, 0)
        from jobs.workers w
        left join (
            select c.worker_id, count(*)::int as chunks, sum(c.count)::int as items
            from jobs.chunks c
            where c.state = 'leased'
            group by c.worker_id
        ) h on h.worker_id = w.id
        order by w.started_at, w.id
        """;

    public const string Leave = "delete from jobs.workers where id = $1";
}
