-- What a caller may say twice, and what is said to a caller when a batch ends.

-- The answer to a request that carried an Idempotency-Key.
create table jobs.idempotency_keys (
    tenant_id    int not null,
    -- SHA-256 of the request's path and the caller's key.
    key          bytea not null check (octet_length(key) = 32),
    -- Who answers it: a write that carries another token is void.
    token        uuid not null,
    -- The answer is under way until then; who repeats the request later takes it over.
    busy_until   timestamptz,
    -- SHA-256 of what was asked; null while it is still being read.
    request_hash bytea,
    -- The answer; null while there is none.
    status       smallint,
    headers      jsonb,
    body         bytea,
    expires_at   timestamptz not null,
    primary key (tenant_id, key),
    check ((status is null) = (busy_until is not null)),
    check (status is null or request_hash is not null)
) with (fillfactor = 80);

-- Cleanup: what is past its day.
create index idempotency_keys_expiry on jobs.idempotency_keys (expires_at);

-- Keeps an answer for who holds its key, or fails, so that the transaction around it fails as well.
create function jobs.keep_answer(
    of_tenant int, of_key bytea, held uuid, hash bytea, answer smallint, answer_headers jsonb, answer_body bytea)
returns void
language plpgsql as $$
begin
    update jobs.idempotency_keys
    set busy_until = null, request_hash = hash, status = answer, headers = answer_headers, body = answer_body
    where tenant_id = of_tenant and key = of_key and token = held and status is null;
    if not found then
        raise exception 'Another request holds this idempotency key' using errcode = 'JB409';
    end if;
end $$;

-- One message: a batch with a callback URL has ended. A batch that is retried ends again.
create table jobs.webhook_deliveries (
    batch_id    uuid not null,
    -- The batch's version when it ended.
    version     bigint not null,
    tenant_id   int not null,
    url         text not null,
    -- The batch's row as it ended: what is sent is the same each time.
    batch       jsonb not null,
    state       text not null default 'pending' check (state in ('pending', 'delivered', 'failed')),
    -- When it is to be sent; null when it is not to be sent any more.
    due_at      timestamptz default now(),
    -- A worker sends it until then.
    lease_until timestamptz,
    -- Grows with every lease; a write that carries an older one is void.
    token       int not null default 0,
    -- How often it was sent, and how many of the pauses between have been used.
    attempts    int not null default 0,
    retry       smallint not null default 0,
    created_at  timestamptz not null default now(),
    primary key (batch_id, version),
    check ((state = 'pending') = (due_at is not null))
) with (fillfactor = 70);

-- Send: what is due.
create index webhook_deliveries_due on jobs.webhook_deliveries (due_at) where due_at is not null;

create table jobs.webhook_attempts (
    batch_id    uuid not null,
    version     bigint not null,
    attempt     int not null,
    at          timestamptz not null,
    duration_ms int not null,
    -- What the receiver answered; null where it did not.
    status      smallint,
    response    text,
    -- Null when it was delivered.
    error_code  text,
    error       text,
    primary key (batch_id, version, attempt),
    foreign key (batch_id, version) references jobs.webhook_deliveries on delete cascade
);

-- Whoever ends a batch, its message is written in the same transaction.
create function jobs.queue_webhook() returns trigger
language plpgsql as $$
begin
    insert into jobs.webhook_deliveries (batch_id, version, tenant_id, url, batch)
    values (new.id, new.version, new.tenant_id, new.callback_url, to_jsonb(new));
    return null;
end $$;

-- What belongs to a batch goes with it.
create function jobs.drop_webhooks() returns trigger
language plpgsql as $$
begin
    delete from jobs.webhook_deliveries where batch_id = new.id;
    return null;
end $$;

-- The secret that signs must be known in plain. After a rotation the former one signs as well for a day.
alter table jobs.tenants
    add column webhook_secret          text,
    add column webhook_secret_former   text,
    add column webhook_secret_rotated_at timestamptz;

-- Last: from here on this transaction keeps writers of batches waiting.
alter table jobs.batches add column callback_url text;

create trigger batches_submitted_ended after insert on jobs.batches
    for each row when (new.callback_url is not null and new.finished_at is not null)
    execute function jobs.queue_webhook();

create trigger batches_webhook after update of finished_at on jobs.batches
    for each row when (new.callback_url is not null and old.finished_at is null and new.finished_at is not null)
    execute function jobs.queue_webhook();

create trigger batches_purged after update of purged_at on jobs.batches
    for each row when (new.callback_url is not null and old.purged_at is null and new.purged_at is not null)
    execute function jobs.drop_webhooks();
