-- Who goes first, and how much may run at once.

alter table jobs.tenants
    -- The tenant's share of a worker that has more to do than it can, against those of the others.
    add column weight int not null default 1 check (weight between 1 and 1000),
    -- Most chunks of the tenant that run at once, over all workers; null for no limit.
    add column max_running int check (max_running > 0);

alter table jobs.batches
    -- Most chunks of the batch that run at once, and items of one of them; null for no limit.
    add column chunk_limit int check (chunk_limit > 0),
    add column lanes smallint check (lanes > 0);

alter table jobs.chunks
    add column tenant_id int,
    add column priority smallint,
    -- Since when it waits to be run.
    add column since timestamptz not null default now(),
    -- Whether its batch has a limit: then it is held until one of the batch's places is free.
    add column limited boolean not null default false;

update jobs.chunks c
set tenant_id = b.tenant_id, priority = b.priority
from jobs.batches b
where b.id = c.batch_id;

alter table jobs.chunks
    alter column tenant_id set not null,
    alter column priority set not null;

-- Lease: a queue per kind, tenant and priority, each in the order of its ranks.
drop index jobs.chunks_ready;
create index chunks_ready on jobs.chunks (kind, tenant_id, priority, rank) where state = 'ready';

-- The counts of a batch in flight, rescue, and the limits: as many entries as there are slots.
drop index jobs.chunks_leased;
create index chunks_leased on jobs.chunks (tenant_id, batch_id, worker_id) include (count, kind) where state = 'leased';

-- Resume, release and admission: what of a batch is to go first.
create index chunks_held on jobs.chunks (batch_id, rank) where state = 'held';
-- Admission: the places of a batch that are taken.
create index chunks_limited on jobs.chunks (batch_id) where limited and state in ('ready', 'leased');

-- Batches with a limit of which something became due: whether there is a place for it is still to be seen.
-- A row a request, so that whoever sees to some cannot drop one that came meanwhile.
create table jobs.admissions (
    id       bigint generated always as identity primary key,
    batch_id uuid not null
);

-- The rank of what comes next into a queue: beside its head, so that a new batch takes turns with those that are
-- there; and never before now, so that what has waited long goes first. Of the head only what lies ahead of now
-- counts. After Goyal, Vin and Cheng, "Start-time fair queueing" (SIGCOMM 1996), where a flow starts at the virtual
-- time of what is being served.
create function jobs.next_rank(in_kind text, in_tenant int, in_priority smallint) returns bigint
language sql stable as $$
    select greatest(
        (extract(epoch from now()) * 1000000)::bigint,
        (select c.rank
         from jobs.chunks c
         where c.state = 'ready' and c.kind = in_kind and c.tenant_id = in_tenant and c.priority = in_priority
            -- What is before now makes no difference, and may be many dead entries under a transaction that stays open.
            and c.rank > (extract(epoch from now()) * 1000000)::bigint
         order by c.rank
         limit 1))
$$;
