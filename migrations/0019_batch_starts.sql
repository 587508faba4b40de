-- transaction: none

-- What a build that broke off left.
drop index concurrently if exists jobs.batches_started;

-- A tenant's activities: what started last.
create index concurrently batches_started on jobs.batches (tenant_id, started_at, id)
    where started_at is not null and purged_at is null;
