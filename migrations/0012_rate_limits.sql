-- Rate limits: rules that are set while the service runs, and counters that all nodes share.

-- A row without tenant and key says what a policy is; the others say what it is for a tenant or a key.
create table jobs.rate_limit_rules (
    policy     text not null check (policy ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
    tenant_id  int references jobs.tenants on delete cascade,
    key_id     uuid references jobs.api_keys on delete cascade,
    -- The bucket: so many in the period, and a burst.
    permits    int not null check (permits > 0),
    period_ms  bigint not null check (period_ms > 0),
    burst      int not null check (burst > 0),
    -- Windows chained to it; null for none.
    per_minute int check (per_minute > 0),
    per_hour   int check (per_hour > 0),
    per_day    int check (per_day > 0),
    mode       text not null default 'enforce' check (mode in ('enforce', 'shadow')),
    when_away  text not null default 'local' check (when_away in ('local', 'open', 'closed')),
    endpoints  text[] not null default '{}',
    updated_at timestamptz not null default now(),
    updated_by text,
    unique nulls not distinct (policy, tenant_id, key_id),
    check (num_nonnulls(tenant_id, key_id) <= 1)
);

-- Foreign references.
create index rate_limit_rules_tenant on jobs.rate_limit_rules (tenant_id) where tenant_id is not null;
create index rate_limit_rules_key on jobs.rate_limit_rules (key_id) where key_id is not null;

-- What nodes compare with the rules that they know.
create table jobs.rate_limit_revision (
    one      bool primary key default true check (one),
    revision bigint not null default 0
);

insert into jobs.rate_limit_revision default values;

create function jobs.rate_limit_rules_changed() returns trigger
language plpgsql as $$
begin
    update jobs.rate_limit_revision set revision = revision + 1;
    return null;
end $$;

create trigger rate_limit_rules_changed
after insert or update or delete or truncate on jobs.rate_limit_rules
for each statement execute function jobs.rate_limit_rules_changed();

-- The counters. Each of the four times is the one from which that window is as if nobody had ever called (the
-- theoretical arrival time of GCRA), in microseconds of the database's clock; 0 where the policy has no such window.
-- Unlogged: after a crash everybody starts anew. No index but the key, so that updates stay on their page.
create unlogged table jobs.rate_limits (
    policy  text not null,
    subject text not null,
    bucket  bigint not null default 0,
    minute  bigint not null default 0,
    hour    bigint not null default 0,
    day     bigint not null default 0,
    primary key (policy, subject)
) with (
    fillfactor = 60,
    autovacuum_vacuum_scale_factor = 0.05,
    autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_cost_delay = 0
);

-- Who shares the budget.
create unlogged table jobs.rate_limit_nodes (
    id      uuid primary key,
    seen_at timestamptz not null
);

-- Takes permits for counters, all or as many as there are. One ask is one element of each array; of the last two, four
-- in the order of the columns, 0 where the policy has no such window.
--   needed    by requests that wait; wanted beyond them, to be used soon
--   returned  permits that were taken before and not used
--   owed      permits that were used without being taken, while this could not be asked; they are taken in any case
-- Of ten permits or more a node gets what it wants up to its share; of fewer only what it needs.
-- Answers what was granted, what remains, the time until there is one more, the time until the fullest window is
-- empty, and which window that is (1 to 4).
create function jobs.lease_permits(
    policies text[], subjects text[], needed int[], wanted int[], returned int[], owed int[],
    intervals_us bigint[], bursts bigint[], nodes int, at_us bigint
)
returns table (place int, granted int, remaining int, retry_us bigint, full_us bigint, slot int)
language plpgsql as $$
declare
    ask     record;
    marks   bigint[];
    now_us  bigint;
    free    bigint;
    room    bigint;
    step    bigint;
    burst   bigint;
    changed bool;
begin
    -- In one order, or two nodes that ask for the same counters would wait for each other.
    for ask in
        select a.policy, a.subject, a.needed, a.wanted, a.returned, a.owed, a.place::int as place
        from unnest(policies, subjects, needed, wanted, returned, owed)
            with ordinality a (policy, subject, needed, wanted, returned, owed, place)
        order by a.policy, a.subject
    loop
        select array[r.bucket, r.minute, r.hour, r.day] into marks
        from jobs.rate_limits r
        where r.policy = ask.policy and r.subject = ask.subject
        for update;
        if not found then
            insert into jobs.rate_limits (policy, subject) values (ask.policy, ask.subject)
            on conflict do nothing;
            select array[r.bucket, r.minute, r.hour, r.day] into marks
            from jobs.rate_limits r
            where r.policy = ask.policy and r.subject = ask.subject
            for update;
            -- Reset in this very moment.
            marks := coalesce(marks, array[0, 0, 0, 0]::bigint[]);
        end if;
        -- Looked at with the lock in hand.
        changed := false;
        now_us := coalesce(at_us, (extract(epoch from clock_timestamp()) * 1000000)::bigint);
        free := null;
        for i in 1..4 loop
            step := intervals_us[(ask.place - 1) * 4 + i];
            burst := bursts[(ask.place - 1) * 4 + i];
            if step = 0 then
                marks[i] := 0;
                continue;
            end if;
            -- No fuller than twice full, and kept so: what is owed is worked off, and after a change of the policy nobody
            -- waits for all that the former one has counted.
            changed := changed or marks[i] > now_us + 2 * burst * step;
            marks[i] := least(
                greatest(marks[i] - ask.returned * step, now_us) + ask.owed * step,
                now_us + 2 * burst * step
            );
            room := greatest(now_us + burst * step - marks[i], 0) / step;
            if free is null or room < free then
                free := room;
                slot := i;
            end if;
        end loop;
        granted := case
            when free < 10 then least(ask.needed, free)
            else least(greatest(ask.needed, least(ask.wanted, free / greatest(nodes, 1))), free)
        end;
        remaining := free - granted;
        changed := changed or granted > 0 or ask.returned > 0 or ask.owed > 0;
        retry_us := 0;
        for i in 1..4 loop
            step := intervals_us[(ask.place - 1) * 4 + i];
            if step > 0 then
                marks[i] := marks[i] + granted * step;
                retry_us := greatest(retry_us, marks[i] + step - now_us - bursts[(ask.place - 1) * 4 + i] * step);
            end if;
        end loop;
        full_us := greatest(marks[slot] - now_us, 0);
        if changed then
            update jobs.rate_limits r
            set bucket = marks[1], minute = marks[2], hour = marks[3], day = marks[4]
            where r.policy = ask.policy and r.subject = ask.subject;
        end if;
        place := ask.place;
        return next;
    end loop;
end $$;
