-- Chunks that were handed to a scheduler of jobs and have not come back from it. Only that engine writes here.
create table jobs.dispatches (
    batch_id  uuid not null,
    chunk_id  bigint not null,
    tenant_id int not null,
    kind      text not null,
    priority  smallint not null,
    -- The scheduler's job; null as long as nobody knows whether there is one.
    job_id    bigint,
    -- When the job starts; null for now.
    due_at    timestamptz,
    -- From when on a chunk whose job nobody knows is dispatched again.
    again_at  timestamptz not null,
    primary key (batch_id, chunk_id)
) with (
    fillfactor = 70,
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_cost_delay = 0
);
