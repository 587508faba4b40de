-- Pause, retry, time limits, and batches that wait for others.

-- Which moves between states there are: the same table as BatchTransitions has, and a test compares the two.
create function jobs.may_move(old_state text, new_state text) returns boolean
language sql immutable as $$
    select old_state || ' > ' || new_state = any (array[
        'queued > running', 'queued > paused', 'queued > cancelling',
        'queued > completed', 'queued > cancelled', 'queued > expired',
        'running > paused', 'running > cancelling',
        'running > completed', 'running > cancelled', 'running > expired',
        'paused > queued', 'paused > running', 'paused > cancelling',
        'paused > completed', 'paused > cancelled', 'paused > expired',
        'cancelling > cancelled', 'cancelling > expired',
        -- Retry.
        'completed > running', 'cancelled > running', 'expired > running'])
$$;

create function jobs.refuse_move() returns trigger
language plpgsql as $$
begin
    raise exception 'A batch does not go from % to %.', old.state, new.state
        using errcode = 'check_violation', constraint = 'batches_moves', table = 'batches', schema = 'jobs';
end $$;

-- The condition is checked without a call: only an illegal move costs one.
create trigger batches_moves before update of state on jobs.batches
    for each row when (old.state is distinct from new.state and not jobs.may_move(old.state, new.state))
    execute function jobs.refuse_move();

alter table jobs.batches
    -- Whether it is being cancelled because its time is over.
    add column expiring boolean not null default false,
    -- Whether another batch was submitted to start after this one.
    add column followed boolean not null default false;

-- Batches that must be done by a time. A row may outlive its batch's end until that time.
create table jobs.deadlines (
    batch_id uuid primary key,
    at       timestamptz not null
);

-- What is over.
create index deadlines_at on jobs.deadlines (at);

-- Batches whose chunks are held until another one has ended.
create table jobs.waits (
    batch_id      uuid primary key,
    after_id      uuid not null,
    -- Whether the other one must succeed, or this one is cancelled.
    needs_success boolean not null
);

-- Who waits for a batch that has ended.
create index waits_after on jobs.waits (after_id);

-- Batches that ended and that others wait for, until those are released.
create table jobs.ended_predecessors (
    batch_id uuid primary key
);

-- Whoever ends a batch that others wait for notes it in the same transaction: a crash cannot lose it.
create function jobs.note_end() returns trigger
language plpgsql as $$
begin
    insert into jobs.ended_predecessors (batch_id) values (new.id) on conflict do nothing;
    return null;
end $$;

create trigger batches_ended after update of state on jobs.batches
    for each row when (new.followed and new.finished_at is not null and old.finished_at is null)
    execute function jobs.note_end();

-- Which items of a row of outcomes were retried: their outcomes here do not count any more. Null for none; the
-- counts and error codes of the row are those of the outcomes that still count.
alter table jobs.outcome_pages add column superseded bytea;

alter table jobs.chunks
    -- Executions of its items before they were retried: the batch's limit counts from there.
    add column attempts_before smallint not null default 0,
    -- A held chunk remembers when it is due.
    drop constraint chunks_check1,
    add constraint chunks_due check (
        case state when 'scheduled' then due_at is not null when 'held' then true else due_at is null end);
