-- Who did what; what a tenant should know; switches; how the service was found.

-- Who did what to what, from where. Appended, never changed: only retention deletes, and nothing younger than a day.
create table jobs.audit (
    id         bigint generated always as identity primary key,
    at         timestamptz not null default clock_timestamp(),
    -- Who: the names stand here because tenants and keys may go before their traces. Null where nobody was recognised.
    tenant_id  int,
    tenant     text,
    key_id     uuid,
    actor      text,
    -- What it was done to, such as batch.cancel and the id of the batch.
    action     text not null,
    target     text,
    outcome    text not null check (outcome in ('done', 'repeated', 'refused', 'failed')),
    -- What a refused or failed call was answered.
    status     smallint,
    -- How many equal calls this stands for: refused ones and reads are counted, not listed.
    count      int not null default 1 check (count > 0),
    address    inet,
    request_id text,
    detail     jsonb
);

-- Filters, newest first; the trace of time is the key itself.
create index audit_at on jobs.audit (at, id);
create index audit_actor on jobs.audit (actor, id desc);
create index audit_action on jobs.audit (action, id desc);
create index audit_tenant on jobs.audit (tenant, id desc);

create function jobs.refuse_audit_change() returns trigger
language plpgsql as $$
begin
    if tg_op = 'DELETE' and current_setting('jobs.audit_retention', true) = 'on'
        and old.at < clock_timestamp() - interval '1 day' then
        return old;
    end if;
    raise exception 'The audit is appended to and never changed'
        using errcode = 'insufficient_privilege', table = 'audit', schema = 'jobs';
end $$;

create trigger audit_appended before update or delete on jobs.audit
    for each row execute function jobs.refuse_audit_change();
create trigger audit_kept before truncate on jobs.audit
    for each statement execute function jobs.refuse_audit_change();

-- The one way to delete entries, a bounded number of those that are older than keep.
create function jobs.prune_audit(keep interval, most int) returns int
language plpgsql as $$
declare
    pruned int;
begin
    perform set_config('jobs.audit_retention', 'on', true);
    delete from jobs.audit a
    where a.id = any (array(
        select o.id
        from jobs.audit o
        where o.at < clock_timestamp() - greatest(keep, interval '1 day')
        order by o.at, o.id
        limit most));
    get diagnostics pruned = row_count;
    perform set_config('jobs.audit_retention', 'off', true);
    return pruned;
end $$;

-- Switches that were set while the service runs; what is not here is as the configuration has it.
create table jobs.features (
    name       text primary key check (name ~ '^[A-Za-z][A-Za-z0-9_.-]{0,79}$'),
    enabled    boolean not null,
    updated_at timestamptz not null default now(),
    updated_by text
);

-- What a tenant should know: batches that ended, schedules that began to fail, the health of the service.
create table jobs.notifications (
    tenant_id  int not null,
    id         bigint generated always as identity,
    type       text not null check (type in ('finished', 'partial', 'failed', 'cancelled', 'schedule', 'health')),
    -- The batch or the schedule that it is about.
    batch_id   uuid,
    schedule   text,
    data       jsonb not null default '{}',
    created_at timestamptz not null default now(),
    read_at    timestamptz,
    -- When it was written or read: what listeners have not seen is found by it.
    changed_at timestamptz not null default now(),
    primary key (tenant_id, id)
) with (fillfactor = 80);

-- The number on the bell.
create index notifications_unread on jobs.notifications (tenant_id, id) where read_at is null;
-- Listeners: what is new.
create index notifications_changed on jobs.notifications (tenant_id, changed_at);
-- Cleanup: what is old.
create index notifications_created on jobs.notifications (created_at);

-- What is told of, written from the configuration at the start; one row.
create table jobs.notification_settings (
    one           boolean primary key default true check (one),
    types         text[] not null,
    finished_from int not null check (finished_from >= 2),
    -- Whether there are any where nobody switches them on or off.
    enabled       boolean not null default true
);

insert into jobs.notification_settings (types, finished_from)
values (array['finished', 'partial', 'failed', 'cancelled', 'schedule', 'health'], 2);

-- Writes one where it is chosen and notifications are not switched off. What the service's own tenant should know, the
-- one that runs the service is told.
create function jobs.notify(
    of_tenant int, of_type text, of_batch uuid, of_schedule text, of_data jsonb, items int)
returns void
language sql as $$
    insert into jobs.notifications (tenant_id, type, batch_id, schedule, data)
    select coalesce(operator.id, of_tenant), of_type, case when operator.id is null then of_batch end, of_schedule, of_data
    from jobs.notification_settings s
    left join jobs.tenants t on t.id = of_tenant and t.name = 'system'
    left join jobs.tenants operator on t.id is not null and operator.name = 'default'
    where of_type = any (s.types)
        and (of_type <> 'finished' or items >= s.finished_from)
        and coalesce((select f.enabled from jobs.features f where f.name = 'notifications'), s.enabled)
$$;

-- Whoever ends a batch, its notification is written in the same transaction.
create function jobs.notify_end() returns trigger
language plpgsql as $$
begin
    perform jobs.notify(
        new.tenant_id,
        case
            when new.state <> 'completed' then 'cancelled'
            when new.failed = 0 then 'finished'
            when new.succeeded = 0 then 'failed'
            else 'partial' end,
        new.id,
        null,
        jsonb_build_object(
            'kind', new.kind, 'state', new.state, 'total', new.total, 'succeeded', new.succeeded,
            'failed', new.failed, 'cancelled', new.cancelled),
        new.total);
    return null;
end $$;

-- A schedule that fails is told of when it begins to.
create function jobs.notify_schedule() returns trigger
language plpgsql as $$
begin
    if coalesce((
        select r.state
        from jobs.schedule_runs r
        where r.tenant_id = new.tenant_id and r.name = new.name and r.id < new.id
        order by r.id desc
        limit 1), '') <> 'failed' then
        perform jobs.notify(
            new.tenant_id, 'schedule', null, new.name,
            jsonb_build_object('code', new.error_code, 'reason', left(new.error, 500)), 0);
    end if;
    return null;
end $$;

create trigger schedule_runs_failed after insert on jobs.schedule_runs
    for each row when (new.state = 'failed')
    execute function jobs.notify_schedule();

-- How the service was found last, so that a change is told of once, whichever process finds it.
create table jobs.health_state (
    one        boolean primary key default true check (one),
    status     text not null default 'ok' check (status in ('ok', 'degraded', 'critical')),
    -- What the last look found: a change is one that two looks in a row find.
    found      text not null default 'ok',
    score      int not null default 100,
    since      timestamptz not null default now(),
    checked_at timestamptz not null default '-infinity'
);

insert into jobs.health_state default values;

-- Health: webhooks that fail.
create index webhook_attempts_at on jobs.webhook_attempts (at);

-- Last: from here on this transaction keeps writers of batches waiting. One item that succeeds is no news, so the
-- batches of which there are thousands a second do not even come to the function.
create trigger batches_notified_submitted after insert on jobs.batches
    for each row when (new.finished_at is not null and (new.succeeded < new.total or new.total > 1))
    execute function jobs.notify_end();

create trigger batches_notified after update of finished_at on jobs.batches
    for each row when (
        old.finished_at is null and new.finished_at is not null and (new.succeeded < new.total or new.total > 1))
    execute function jobs.notify_end();
