-- Schedules with a history, priorities that are paused, and what is read of queues.

alter table jobs.schedules
    -- What becomes of ticks that nobody was there for.
    add column missed     text not null default 'run_once' check (missed in ('run_once', 'skip')),
    -- What else is said of each batch: attempts, limits, metadata, webhook.
    add column options    jsonb not null default '{}',
    add column item_count int not null generated always as (cardinality(string_to_array(items, E'\n'))) stored,
    add column created_at timestamptz not null default now(),
    add column updated_at timestamptz not null default now();

-- What became of the ticks of a schedule, the last hundred of each: trimmed with every insertion.
create table jobs.schedule_runs (
    tenant_id  int not null,
    name       text not null,
    id         bigint generated always as identity,
    -- The tick; null where somebody ran it by hand.
    due_at     timestamptz,
    fired_at   timestamptz not null default now(),
    state      text not null check (state in ('submitted', 'skipped', 'failed')),
    batch_id   uuid,
    -- How many further ticks were missed.
    missed     int not null default 0,
    error_code text,
    error      text,
    primary key (tenant_id, name, id),
    foreign key (tenant_id, name) references jobs.schedules on delete cascade,
    check ((state = 'submitted') = (batch_id is not null)),
    check ((state = 'failed') = (error_code is not null))
);

-- Which priorities a worker serves; one of a version that does not say so serves all.
alter table jobs.workers add column priorities smallint[] not null default '{0,1,2}';

-- Nothing of these priorities is leased.
create table jobs.paused_priorities (
    priority  smallint primary key check (priority between 0 and 2),
    paused_at timestamptz not null default now(),
    paused_by text
);

-- Queues: how much is scheduled of a batch. Few chunks are, and on the way from submission to outcome none.
create index chunks_scheduled_batch on jobs.chunks (batch_id) include (count) where state = 'scheduled';

-- Queues and events: what is open, in the order of submission.
create index batches_open on jobs.batches (tenant_id, priority, kind, id) where finished_at is null;
-- Queues and events: what has ended of late.
create index batches_finished on jobs.batches (tenant_id, finished_at) where finished_at is not null;
