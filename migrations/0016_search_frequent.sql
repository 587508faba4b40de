-- Which searches are frequent, so that their answers can be kept warm.

-- How often each was asked in an hour, as the processes counted and wrote now and then.
create table jobs.search_asked (
    tenant_id int not null references jobs.tenants,
    hour      timestamptz not null,
    -- That of its answer in the cache: a hash.
    name      text collate "C" not null,
    -- The payload of an item that asks it again.
    query     text not null,
    times     int not null,
    primary key (tenant_id, hour, name)
) with (fillfactor = 80);

-- Cleanup: what is older than a day.
create index search_asked_hour on jobs.search_asked (hour);

-- The tenants that have such searches. Lost with the cache, whose answers it is about.
create unlogged table jobs.search_warming (
    tenant_id int primary key,
    -- When their answering began last.
    warmed_at timestamptz not null default '-infinity',
    -- When they are answered again though no document came or went.
    due_at    timestamptz not null default now()
) with (fillfactor = 80);

create index search_warming_due on jobs.search_warming (due_at);
