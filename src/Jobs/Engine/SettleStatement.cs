namespace Jobs.Engine;

/// <summary>The statement that settles.</summary>
internal static class SettleStatement
{
    /// <summary>
    /// $1 to $14 are arrays with an element a settlement, $15 to $19 with an element a retry chunk; $20 is how long an
    /// ended batch is kept; $21 the worker of each settlement. A settlement counts only where the chunk still has the
    /// worker, the token and the number of items that its writer saw: a lost lease writes nothing, and a statement that
    /// is sent again because its answer was lost writes nothing twice. Batches are locked in the order of their ids and before their chunks, as by everyone who
    /// changes both: nobody waits in a circle, and what goes back to the queue sees whether its batch is paused.
    /// Returns the ordinals that were applied, now or by the same statement sent before, which batches have ended, and
    /// whether others wait for them.
    /// </summary>
    public const string Settle = """
        with input as materialized (
            select *
            from unnest(
                $1::uuid[], $2::bigint[], $3::int[], $4::int[], $5::smallint[], $6::smallint[],
                $7::smallint[], $8::smallint[], $9::smallint[], $10::text[], $11::text[], $12::bytea[], $13::smallint[], $14::bool[], $21::uuid[])
                with ordinality i (batch_id, id, token, page, attempt, held,
                    succeeded, failed, cancelled, outcomes, error_codes, remaining, remaining_count, hand_back,
                    worker_id, ordinal)
        ),
        locked as materialized (
            select b.id, b.state
            from jobs.batches b
            where b.id in (select i.batch_id from input i)
            order by b.id
            for no key update
        ),
        gone as (
            -- The state is an expression here and below, so that the index of what is leased, which may be full of dead
            -- entries, cannot be chosen over the key.
            delete from jobs.chunks c
            using input i
            join locked l on l.id = i.batch_id
            where i.remaining is null
                and c.batch_id = i.batch_id and c.id = i.id
                and c.token = i.token and c.worker_id = i.worker_id and c.state || '' = 'leased' and c.count = i.held
            returning i.ordinal, c.tenant_id, c.kind, c.priority, c.rank, c.limited, c.attempts_before
        ),
        kept as (
            update jobs.chunks c
            set items = i.remaining,
                count = i.remaining_count,
                state = case
                    when not i.hand_back then c.state
                    when l.state = 'paused' then 'held'
                    else 'ready' end,
                worker_id = case when i.hand_back then null else c.worker_id end,
                leased_at = case when i.hand_back then null else c.leased_at end,
                token = case when i.hand_back then c.token + 1 else c.token end
            from input i
            join locked l on l.id = i.batch_id
            where i.remaining is not null
                and c.batch_id = i.batch_id and c.id = i.id
                and c.token = i.token and c.worker_id = i.worker_id and c.state || '' = 'leased' and c.count = i.held
            returning i.ordinal, c.tenant_id, c.kind, c.priority, c.rank, c.limited, c.attempts_before
        ),
        settled as materialized (
            select i.*, h.tenant_id, h.kind, h.priority, h.rank, h.limited, h.attempts_before
            from (select * from gone union all select * from kept) h
            join input i on i.ordinal = h.ordinal
        ),
        changed as (
            update jobs.batches b
            set succeeded = b.succeeded + d.succeeded,
                failed = b.failed + d.failed,
                cancelled = b.cancelled + d.cancelled,
                version = b.version + 1,
                started_at = coalesce(b.started_at, now()),
                state = case
                    when b.succeeded + b.failed + b.cancelled + d.outcomes = b.total
                        then case
                            when b.state <> 'cancelling' then 'completed'
                            when b.expiring then 'expired'
                            else 'cancelled' end
                    when b.state = 'queued' then 'running'
                    else b.state end,
                finished_at = case
                    when b.succeeded + b.failed + b.cancelled + d.outcomes = b.total then now() end,
                expires_at = case
                    when b.succeeded + b.failed + b.cancelled + d.outcomes = b.total then now() + $20::interval end
            from locked l
            join (
                select s.batch_id, sum(s.succeeded)::int as succeeded, sum(s.failed)::int as failed,
                    sum(s.cancelled)::int as cancelled, sum(s.succeeded + s.failed + s.cancelled)::int as outcomes
                from settled s
                group by s.batch_id
            ) d on d.batch_id = l.id
            where b.id = l.id
            returning b.id, b.version, b.finished_at is not null as ended, b.followed
        ),
        outcome as (
            insert into jobs.outcome_pages (
                batch_id, page, version, part, attempt, succeeded, failed, cancelled, outcomes, error_codes)
            select s.batch_id, s.page, c.version, s.ordinal, s.attempt, s.succeeded, s.failed, s.cancelled,
                s.outcomes, s.error_codes::jsonb
            from settled s
            join changed c on c.id = s.batch_id
            where s.outcomes is not null
        ),
        retry as (
            insert into jobs.chunks (
                batch_id, page, tenant_id, kind, priority, rank, state, due_at, limited, attempt, attempts_before, items, count)
            select s.batch_id, s.page, s.tenant_id, s.kind, s.priority, s.rank,
                case
                    when l.state = 'paused' then 'held'
                    when r.delay_ms > 0 and l.state <> 'cancelling' then 'scheduled'
                    when s.limited then 'held'
                    else 'ready' end,
                case when r.delay_ms > 0 and l.state <> 'cancelling' then now() + r.delay_ms * interval '1 millisecond' end,
                s.limited, r.attempt, s.attempts_before, r.items, r.count
            from unnest($15::bigint[], $16::smallint[], $17::bigint[], $18::bytea[], $19::smallint[])
                r (ordinal, attempt, delay_ms, items, count)
            join settled s on s.ordinal = r.ordinal
            join locked l on l.id = s.batch_id
        )
        select i.ordinal::int,
            s.ordinal is not null or exists (
                select from jobs.chunks c
                where c.batch_id = i.batch_id and c.id = i.id and c.token = i.token and c.worker_id = i.worker_id
                    and i.remaining is not null
                    and c.count = i.remaining_count),
            coalesce(c.ended, false),
            coalesce(c.ended and c.followed, false)
        from input i
        left join settled s on s.ordinal = i.ordinal
        left join changed c on c.id = s.batch_id
        """;

    /// <summary>
    /// Of these batches, which the transaction holds and which have a limit, as many held chunks become ready as have a
    /// place. Its own statement, so that it sees what others wrote that held the batch before.
    /// </summary>
    public const string Admit = """
        with place as materialized (
            select b.id, b.chunk_limit - (
                select count(*)::int
                from jobs.chunks c
                where c.batch_id = b.id and c.limited and c.state in ('ready', 'leased')) as free
            from jobs.batches b
            where b.id = any ($1::uuid[]) and b.chunk_limit is not null
                and b.state in ('queued', 'running', 'cancelling')
                and not exists (select from jobs.waits w where w.batch_id = b.id)
        )
        update jobs.chunks c
        set state = 'ready', due_at = null, rank = least(c.rank, jobs.next_rank(c.kind, c.tenant_id, c.priority))
        from place p
        cross join lateral (
            select h.id
            from jobs.chunks h
            where h.batch_id = p.id and h.state = 'held'
            order by h.rank
            limit greatest(p.free, 0)
        ) h
        where c.batch_id = p.id and c.id = h.id
        """;
}
