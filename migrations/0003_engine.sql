-- Who works, and what recurs.

create table jobs.workers (
    id           uuid primary key,
    host         text not null,
    process_id   int not null,
    -- Which processes can see each other's ids: the machine's boot and the process namespace.
    place        text not null,
    -- When the process started, in the clock ticks of its place: tells it from a later one with the same id.
    process_started bigint not null,
    version      text not null,
    slots        int not null,
    kinds        text[] not null,
    state        text not null default 'active' check (state in ('active', 'stopping')),
    started_at   timestamptz not null default now(),
    heartbeat_at timestamptz not null default now(),
    -- Its leases hold until then.
    lease_until  timestamptz not null
) with (fillfactor = 70);

create table jobs.schedules (
    name          text not null,
    tenant_id     int not null references jobs.tenants,
    cron          text not null,
    time_zone     text not null default 'UTC',
    kind          text not null,
    priority      smallint not null default 1 check (priority between 0 and 2),
    -- The items of each batch, one JSON value a line.
    items         text not null,
    enabled       boolean not null default true,
    next_at       timestamptz not null,
    last_at       timestamptz,
    last_batch_id uuid,
    primary key (tenant_id, name)
);

-- What is due.
create index schedules_due on jobs.schedules (next_at) where enabled;

-- The shared cache. An index on the expiry itself would make every refresh of an entry touch the index;
-- its ten-minute bucket does not.
create unlogged table jobs.cache_entries (
    tenant_id      int not null,
    key            text not null,
    value          bytea not null,
    tags           text[] not null default '{}',
    expires_at     timestamptz not null,
    expires_bucket int not null,
    primary key (tenant_id, key)
) with (fillfactor = 80);

-- Cleanup: what has expired.
create index cache_entries_expiry on jobs.cache_entries (expires_bucket);
