-- The life of a batch: what was submitted, what is in flight, what became of it.

create table jobs.batches (
    -- UUIDv7: ids order by the time of submission, and the pages are partitioned by them.
    id              uuid primary key,
    tenant_id       int not null references jobs.tenants,
    kind            text not null,
    priority        smallint not null check (priority between 0 and 2),
    state           text not null default 'queued' check (
        state in ('queued', 'running', 'paused', 'cancelling', 'completed', 'cancelled', 'expired')),
    total           int not null check (total > 0),
    succeeded       int not null default 0,
    failed          int not null default 0,
    cancelled       int not null default 0,
    max_attempts    smallint not null check (max_attempts between 1 and 100),
    item_timeout_ms int not null check (item_timeout_ms > 0),
    metadata        jsonb,
    -- Counts every change that a reader of the batch can see; it is the id of its events.
    version         bigint not null default 1,
    submitted_at    timestamptz not null default now(),
    started_at      timestamptz,
    finished_at     timestamptz,
    -- From when on the batch may be purged; null while it is not finished.
    expires_at      timestamptz,
    -- A purged batch is a tombstone: its pages are gone, its id answers 410.
    purged_at       timestamptz,
    check (succeeded + failed + cancelled <= total),
    -- An ended batch has an outcome for every item, and only an ended one.
    check ((finished_at is not null) = (state in ('completed', 'cancelled', 'expired'))),
    check (finished_at is null or succeeded + failed + cancelled = total)
) with (fillfactor = 70);

-- A tenant's list, newest first.
create index batches_tenant on jobs.batches (tenant_id, id desc) where purged_at is null;
-- What cleanup may purge, oldest first.
create index batches_expiry on jobs.batches (expires_at) where purged_at is null and expires_at is not null;

-- Up to 500 items of one batch as one immutable row, a JSON value a line.
create table jobs.item_pages (
    batch_id   uuid not null,
    page       int not null,
    -- Index in the batch of the page's first item.
    first      int not null,
    count      smallint not null,
    items      text compression lz4 not null,
    -- The callers' own ids, one a line by position, an empty line for none; null where no item of the page has one.
    custom_ids text compression lz4,
    primary key (batch_id, page)
) partition by range (batch_id);

-- What became of some items of one page: appended, never changed.
create table jobs.outcome_pages (
    batch_id    uuid not null,
    page        int not null,
    -- The batch's version when these outcomes were settled, and their place among those settled at once.
    version     bigint not null,
    part        int not null,
    attempt     smallint not null,
    succeeded   smallint not null,
    failed      smallint not null,
    cancelled   smallint not null,
    -- Where outcomes are null, all these items are cancelled: a bit per item of the page, null for all of them.
    items       bytea,
    -- One outcome a line: [position, microseconds, result] or [position, microseconds, null, error].
    outcomes    text compression lz4,
    -- How many failures have which code, so that they are counted without opening the page: {"timeout": 3}.
    error_codes jsonb,
    primary key (batch_id, page, version, part)
) partition by range (batch_id);

-- The work on one page, or on those of its items that are to be tried again.
-- The only hot table: a row lives from submission to settlement.
create table jobs.chunks (
    batch_id  uuid not null,
    id        bigint generated always as identity,
    page      int not null,
    kind      text not null,
    -- Virtual time in microseconds: workers take the lowest first.
    rank      bigint not null,
    state     text not null check (state in ('ready', 'scheduled', 'held', 'leased')),
    -- When a scheduled chunk becomes ready.
    due_at    timestamptz,
    -- Which execution of its items this chunk is, from 1.
    attempt   smallint not null default 1,
    -- How many workers died while they held it.
    deaths    smallint not null default 0,
    -- Grows with every change of hands; a write that carries an older one is void.
    token     int not null default 0,
    worker_id uuid,
    leased_at timestamptz,
    -- The items, a bit per item of the page; null for all of them.
    items     bytea,
    count     smallint not null check (count > 0),
    primary key (batch_id, id),
    check ((state = 'leased') = (worker_id is not null)),
    check ((state = 'scheduled') = (due_at is not null))
) with (
    fillfactor = 70,
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_insert_scale_factor = 0.2,
    autovacuum_vacuum_cost_delay = 0
);

-- Lease: the heads of the queues, a queue per kind.
create index chunks_ready on jobs.chunks (kind, rank) where state = 'ready';
-- Promote: what is due.
create index chunks_scheduled on jobs.chunks (due_at) where state = 'scheduled';
-- The counts of a batch in flight, and rescue: as many entries as there are slots.
create index chunks_leased on jobs.chunks (batch_id, worker_id) include (count) where state = 'leased';

-- Makes the partitions for the week of the given time and the following ones.
-- A UUIDv7 starts with its time in milliseconds, so a week is a range of ids. A partition is made beside its
-- parent and then attached, which does not block those who read and write the others.
create function jobs.ensure_partitions(from_time timestamptz, weeks int) returns int
language plpgsql as $$
declare
    -- Weeks are counted from Monday, 2024-01-01 UTC.
    epoch constant timestamptz := '2024-01-01T00:00:00Z';
    -- From a day before: the clock that dates an id may be behind.
    first_week constant int := floor(extract(epoch from from_time - interval '1 day' - epoch) / 604800);
    last_week constant int := floor(extract(epoch from from_time - epoch) / 604800) + weeks - 1;
    made int := 0;
    week int;
    low uuid;
    high uuid;
    parent text;
    part text;
begin
    -- One maker at a time, from before the first look: a look that found nothing is remembered by the session.
    perform pg_advisory_xact_lock(hashtext('jobs.ensure_partitions'));
    for week in first_week .. last_week loop
        low := jobs.first_id_at(epoch + week * interval '7 days');
        high := jobs.first_id_at(epoch + (week + 1) * interval '7 days');
        foreach parent in array array['item_pages', 'outcome_pages'] loop
            part := parent || '_' || to_char((epoch + week * interval '7 days') at time zone 'UTC', 'YYYYMMDD');
            continue when to_regclass('jobs.' || part) is not null;
            execute format('create table jobs.%I (like jobs.%I including defaults including constraints including compression)', part, parent);
            execute format('alter table jobs.%I attach partition jobs.%I for values from (%L) to (%L)', parent, part, low, high);
            made := made + 1;
        end loop;
    end loop;
    return made;
end $$;

-- The lowest UUIDv7 of a time.
create function jobs.first_id_at(at timestamptz) returns uuid
language sql immutable strict as $$
    select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid
$$;
