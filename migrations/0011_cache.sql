-- The shared cache, as it is used: until now nothing wrote it.

drop table jobs.cache_entries;

-- Five tables that are emptied together, by a crash for one; Jobs:Cache:Durable makes them logged.
create unlogged table jobs.cache_entries (
    -- 0: of no tenant.
    tenant_id      int not null,
    -- namespace:name, or namespace:~USER:name. In the order of bytes: a prefix is a range of the key.
    key            text collate "C" not null,
    value          bytea not null,
    -- Bits: 1 compressed, 2 not JSON.
    format         smallint not null default 0,
    -- tenant:tag.
    tags           text[] not null default '{}',
    -- Its source was read later than this, by the clock of the database.
    filled_at      timestamptz not null default now(),
    written_at     timestamptz not null default now(),
    fresh_until    timestamptz not null default 'infinity',
    stale_until    timestamptz not null default 'infinity',
    -- -infinity: removed; the row keeps out what was read before that.
    expires_at     timestamptz not null,
    -- Ten minutes each. An index on the expiry itself would make every refresh touch the index.
    expires_bucket int not null,
    primary key (tenant_id, key)
) with (fillfactor = 80);

-- What is large has been compressed already.
alter table jobs.cache_entries alter column value set storage external;

-- Cleanup: what has expired.
create index cache_entries_expiry on jobs.cache_entries (expires_bucket);

-- How many carry a tag. Most carry none.
create index cache_entries_tags on jobs.cache_entries using gin (tags) where tags <> '{}';

-- When a tag was removed last: what carries it counts only if it was filled later.
create unlogged table jobs.cache_marks (
    tag text primary key,
    at  timestamptz not null
) with (fillfactor = 80);

-- Cleanup: older than any entry can be.
create index cache_marks_at on jobs.cache_marks (at);

-- The same for all keys with a prefix, until they have been deleted.
create unlogged table jobs.cache_prefixes (
    tenant_id int not null,
    prefix    text collate "C" not null,
    at        timestamptz not null,
    primary key (tenant_id, prefix)
) with (fillfactor = 80);

-- What was removed or overwritten, for the memory of the other processes: the truth, of which a notice only says that
-- there is something new. Kept for ten minutes; who was away for longer forgets everything.
create unlogged table jobs.cache_removals (
    id    bigint generated always as identity primary key,
    at    timestamptz not null,
    -- k tenant:key, t tenant:tag, T tag of all tenants, p tenant:prefix, a everything.
    items text[] not null
);

-- One row. That it is gone, or another, says that the others were emptied behind the processes' backs.
create unlogged table jobs.cache_epoch (
    one        bool primary key default true check (one),
    id         uuid not null,
    cleared_at timestamptz not null default '-infinity'
);

-- Who asks the source for a key while others wait.
create unlogged table jobs.cache_fills (
    tenant_id int not null,
    key       text collate "C" not null,
    holder    uuid not null,
    until     timestamptz not null,
    primary key (tenant_id, key)
);

-- Whom to tell when tags are removed.
create table jobs.cache_subscriptions (
    id         uuid primary key,
    tenant_id  int not null references jobs.tenants,
    url        text not null,
    tags       text[] not null,
    created_at timestamptz not null default now()
);

-- List, count and notify: those of a tenant.
create index cache_subscriptions_tenant on jobs.cache_subscriptions (tenant_id, id);

-- A message that is not about the end of a batch has a body of its own.
alter table jobs.webhook_deliveries
    alter column batch drop not null,
    add column body jsonb;

-- Cleanup: what goes with no batch.
create index webhook_deliveries_bodies on jobs.webhook_deliveries (created_at) where body is not null;
