-- What happens to batches, counted in the transaction in which it happens: what statistics are made of.

-- A row per statement that submits, settles, cancels or retries, and tenant, kind and minute of what it did. Appended;
-- once a minute folded into metric_samples and deleted, so that there is little more than a minute of them.
create table jobs.batch_tallies (
    tenant_id int not null,
    kind      text not null,
    -- The minute in which it happened.
    at        timestamptz not null,
    -- Submitted.
    batches   int not null default 0,
    items     bigint not null default 0,
    -- Items that got their outcome.
    succeeded bigint not null default 0,
    failed    bigint not null default 0,
    cancelled bigint not null default 0,
    -- Batches that had ended and run again; items whose outcome was taken back to try them again.
    reopened  int not null default 0,
    returned  bigint not null default 0,
    -- How batches ended, and the milliseconds from their submission until then: an element a batch.
    ended     text[],
    took_ms   bigint[]
) with (
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_cost_delay = 0
);

-- What a tenant did since the last fold.
create index batch_tallies_tenant on jobs.batch_tallies (tenant_id, at);

-- What is open, as of the last fold.
create table jobs.batch_levels (
    tenant_id int not null references jobs.tenants on delete cascade,
    kind      text not null,
    batches   bigint not null,
    -- Items without an outcome.
    items     bigint not null,
    primary key (tenant_id, kind)
);

-- From when on statistics are complete: always, where there was nothing before they were counted.
create table jobs.batch_counting (
    one   boolean primary key default true check (one),
    since timestamptz not null
);

create function jobs.ending_of(state text, succeeded int, failed int) returns text
language sql immutable as $$
    select case
        when state <> 'completed' then state
        when failed = 0 then 'succeeded'
        when succeeded = 0 then 'failed'
        else 'partial' end
$$;

create function jobs.tally_submitted() returns trigger
language plpgsql as $$
begin
    insert into jobs.batch_tallies (
        tenant_id, kind, at, batches, items, succeeded, failed, cancelled, ended, took_ms)
    select n.tenant_id, n.kind, date_trunc('minute', v.at), sum(v.batches), sum(v.items), sum(v.succeeded),
        sum(v.failed), sum(v.cancelled), array_agg(v.ended) filter (where v.ended is not null),
        array_agg(v.took_ms) filter (where v.ended is not null)
    from submitted n
    cross join lateral (
        values
            (n.submitted_at, 1, n.total, 0, 0, 0, null::text, null::bigint),
            -- What was refused at the submission has its outcome; a batch of nothing else has ended.
            (case when n.succeeded + n.failed + n.cancelled > 0 then coalesce(n.finished_at, n.submitted_at) end,
             0, 0, n.succeeded, n.failed, n.cancelled,
             case when n.finished_at is not null then jobs.ending_of(n.state, n.succeeded, n.failed) end,
             (extract(epoch from n.finished_at - n.submitted_at) * 1000)::bigint)
    ) v (at, batches, items, succeeded, failed, cancelled, ended, took_ms)
    where v.at is not null
    group by 1, 2, 3;
    return null;
end $$;

-- The rows before and after are added up by batch and not joined: some sessions may only join by loops.
create function jobs.tally_changed() returns trigger
language plpgsql as $$
begin
    insert into jobs.batch_tallies (
        tenant_id, kind, at, succeeded, failed, cancelled, reopened, returned, ended, took_ms)
    select c.tenant_id, c.kind, date_trunc('minute', case when c.ends then c.finished_at else now() end),
        sum(greatest(c.succeeded, 0)), sum(greatest(c.failed, 0)), sum(greatest(c.cancelled, 0)),
        count(*) filter (where c.reopens),
        -sum(least(c.succeeded, 0) + least(c.failed, 0) + least(c.cancelled, 0)),
        array_agg(jobs.ending_of(c.state, c.all_succeeded, c.all_failed)) filter (where c.ends),
        array_agg((extract(epoch from c.finished_at - c.submitted_at) * 1000)::bigint) filter (where c.ends)
    from (
        select r.id, min(r.tenant_id) as tenant_id, min(r.kind) as kind, min(r.submitted_at) as submitted_at,
            sum(r.side * r.succeeded) as succeeded, sum(r.side * r.failed) as failed,
            sum(r.side * r.cancelled) as cancelled,
            max(r.state) filter (where r.side = 1) as state,
            max(r.succeeded) filter (where r.side = 1) as all_succeeded,
            max(r.failed) filter (where r.side = 1) as all_failed,
            max(r.finished_at) filter (where r.side = 1) as finished_at,
            bool_or(r.side = 1 and r.finished_at is not null) and bool_or(r.side = -1 and r.finished_at is null) as ends,
            bool_or(r.side = 1 and r.finished_at is null) and bool_or(r.side = -1 and r.finished_at is not null) as reopens
        from (
            select 1 as side, n.* from changed n
            union all
            select -1, o.* from former o
        ) r
        group by r.id
    ) c
    where c.succeeded <> 0 or c.failed <> 0 or c.cancelled <> 0 or c.ends or c.reopens
    group by 1, 2, 3;
    return null;
end $$;

-- Last: from here on this transaction keeps writers of batches waiting.
create trigger batches_tally_submitted after insert on jobs.batches
    referencing new table as submitted
    for each statement execute function jobs.tally_submitted();

create trigger batches_tally_changed after update on jobs.batches
    referencing old table as former new table as changed
    for each statement execute function jobs.tally_changed();

insert into jobs.batch_levels (tenant_id, kind, batches, items)
select b.tenant_id, b.kind, count(*), sum(b.total - b.succeeded - b.failed - b.cancelled)
from jobs.batches b
where b.finished_at is null
group by b.tenant_id, b.kind;

insert into jobs.batch_counting (since)
select case when exists (select from jobs.batches) then now() else '-infinity' end;

-- What a tenant's keys did, of late: reads and refused calls are not among it.
create index audit_acts on jobs.audit (tenant_id, at, id)
    where outcome = 'done' and count = 1 and action !~ '\.(read|list)$';
