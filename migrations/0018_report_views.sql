-- What reports over the service's own database read, and as whom.

-- With what they sign in, and with what the tenant of each is signed. For the service alone: others have no right to it.
create table jobs.report_access (
    single   bool primary key default true check (single),
    -- Roles are the server's and not the database's, so that the name is made up.
    role     text not null default 'jobs_reports_' || left(replace(gen_random_uuid()::text, '-', ''), 12)
        check (role ~ '^jobs_reports_[0-9a-f]{12}$'),
    -- 122 random bits each, as gen_random_uuid has them.
    password text not null default gen_random_uuid()::text || gen_random_uuid()::text,
    secret   bytea not null default uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
);
insert into jobs.report_access default values;

-- Makes the role, or gives it its password again: a verifier, so that no log of statements has the password.
create function jobs.ensure_report_role(verifier text) returns void language plpgsql as $$
declare
    name text := (select a.role from jobs.report_access a);
begin
    perform pg_advisory_xact_lock(hashtext('jobs.ensure_report_role'));
    if exists (select from pg_roles r where r.rolname = name) then
        execute format('alter role %I login password %L', name, verifier);
    else
        execute format('create role %I login password %L', name, verifier);
    end if;
end
$$;

create schema jobs_reports;

-- What a signature is of, beside the tenant: this transaction, so that it is good for no other.
create function jobs_reports.challenge() returns text language sql stable parallel restricted
set search_path = pg_catalog, pg_temp as $$
    select pg_backend_pid() || ':' || (extract(epoch from transaction_timestamp()) * 1000000)::bigint
$$;

-- The tenant whose rows this transaction may see, as the service has said and signed it.
create function jobs_reports.tenant() returns int language plpgsql stable parallel restricted security definer
set search_path = pg_catalog, pg_temp as $$
declare
    said   text := coalesce(current_setting('jobs.report_tenant', true), '');
    tenant text := split_part(said, ':', 1);
    key    bytea := (select a.secret from jobs.report_access a);
    signed text := encode(sha256(key || sha256(key || convert_to(
        tenant || ':' || jobs_reports.challenge(), 'UTF8'))), 'hex');
begin
    if said <> tenant || ':' || signed then
        raise insufficient_privilege using message = 'no tenant was signed for this transaction';
    end if;
    return tenant;
end
$$;

-- Everyone may ask them: they answer only in a transaction for which the service has signed a tenant. Each is a barrier:
-- no function of a query sees a row of another tenant.
create view jobs_reports.tenants with (security_barrier) as
    select t.id, t.name, t.created_at
    from jobs.tenants t
    where t.id = (select jobs_reports.tenant());

create view jobs_reports.batches with (security_barrier) as
    select b.tenant_id, b.id, b.kind, (array['high', 'normal', 'low'])[b.priority + 1] as priority, b.state, b.total,
        b.succeeded, b.failed, b.cancelled, b.max_attempts, b.metadata, b.submitted_at, b.started_at, b.finished_at,
        b.expires_at, b.purged_at
    from jobs.batches b
    where b.tenant_id = (select jobs_reports.tenant());

create view jobs_reports.documents with (security_barrier) as
    select d.tenant_id, d.id, d.batch_id, d.state, d.name, d.media_type, d.length, d.tags, d.title, d.author,
        d.language, d.pages, d.words, d.warnings, d.error_code, d.error_message, d.created_at, d.processed_at,
        d.authored_at, d.modified_at
    from jobs.documents d
    where d.tenant_id = (select jobs_reports.tenant());

-- By their documents, since passages have no index by tenant.
create view jobs_reports.passages with (security_barrier) as
    select d.tenant_id, p.document_id, p.ordinal, p.page, p.section, p.body
    from jobs.documents d
    join jobs.passages p on p.document_id = d.id
    where d.tenant_id = (select jobs_reports.tenant());

create view jobs_reports.schedules with (security_barrier) as
    select s.tenant_id, s.name, s.cron, s.time_zone, s.kind, (array['high', 'normal', 'low'])[s.priority + 1] as priority,
        s.enabled, s.missed, s.item_count, s.next_at, s.last_at, s.last_batch_id, s.created_at, s.updated_at
    from jobs.schedules s
    where s.tenant_id = (select jobs_reports.tenant());

create view jobs_reports.schedule_runs with (security_barrier) as
    select r.tenant_id, r.name, r.id, r.due_at, r.fired_at, r.state, r.batch_id, r.missed, r.error_code, r.error
    from jobs.schedule_runs r
    where r.tenant_id = (select jobs_reports.tenant());

-- Without addresses, bodies and answers, which may have secrets of their receivers.
create view jobs_reports.webhook_deliveries with (security_barrier) as
    select w.tenant_id, w.batch_id, w.version, w.state, w.attempts, w.due_at, w.created_at
    from jobs.webhook_deliveries w
    where w.tenant_id = (select jobs_reports.tenant());

create view jobs_reports.webhook_attempts with (security_barrier) as
    select w.tenant_id, a.batch_id, a.version, a.attempt, a.at, a.duration_ms, a.status, a.error_code
    from jobs.webhook_deliveries w
    join jobs.webhook_attempts a on a.batch_id = w.batch_id and a.version = w.version
    where w.tenant_id = (select jobs_reports.tenant());

create view jobs_reports.notifications with (security_barrier) as
    select n.tenant_id, n.id, n.type, n.batch_id, n.schedule, n.data, n.created_at, n.read_at
    from jobs.notifications n
    where n.tenant_id = (select jobs_reports.tenant());

grant usage on schema jobs_reports to public;
grant select on all tables in schema jobs_reports to public;
