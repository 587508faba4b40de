-- What the service measured, by the minute; and the trace that a batch was submitted in.

-- What is measured: a name and labels, of all tenants or of one. Few: those who write add none beyond 10,000.
create table jobs.metric_series (
    id        int generated always as identity primary key,
    name      text not null,
    labels    jsonb not null default '{}',
    tenant_id int references jobs.tenants on delete cascade,
    unique nulls not distinct (name, labels, tenant_id)
);

-- Foreign reference.
create index metric_series_tenant on jobs.metric_series (tenant_id) where tenant_id is not null;

-- A row per series, interval and node; rolled up to hours and days, where the nodes are one. A series of which nothing
-- was counted has no row.
create table jobs.metric_samples (
    series_id  int not null references jobs.metric_series on delete cascade,
    -- Seconds of the interval: 60, 3600, 86400.
    resolution int not null check (resolution in (60, 3600, 86400)),
    -- When the interval begins, by the clock of the database.
    at         timestamptz not null,
    -- When its node began to count; before `at` where the database was away, after it where counting began anew.
    since      timestamptz not null,
    count      bigint not null,
    sum        double precision not null,
    min        double precision not null,
    max        double precision not null,
    -- How many values were how large: see Jobs.Monitoring.Samples.PackedHistogram; null where only the rest was kept.
    buckets    bytea
);

-- Of a series, and of a time: reading, rolling up, retention.
create index metric_samples_series on jobs.metric_samples (series_id, resolution, at);
create index metric_samples_at on jobs.metric_samples (resolution, at);

-- Up to where minutes are rolled up to hours, and hours to days.
create table jobs.metric_rollups (
    resolution int primary key check (resolution in (3600, 86400)),
    until      timestamptz not null
);

insert into jobs.metric_rollups (resolution, until)
values (3600, date_trunc('hour', now(), 'UTC')), (86400, date_trunc('day', now(), 'UTC'));

-- Who writes samples, and which of its slices was written last: one that is sent again is not counted again.
create table jobs.metric_nodes (
    id         uuid primary key,
    name       text not null,
    slice      int not null,
    started_at timestamptz not null default now(),
    seen_at    timestamptz not null default now()
);

-- From when on requests are counted, on all nodes.
create table jobs.metric_resets (
    one      bool primary key default true check (one),
    at       timestamptz not null,
    reset_by text
);

-- Names the span that submitted the batch (W3C Trace Context), the parent of those that work on it.
alter table jobs.batches add column traceparent text;
