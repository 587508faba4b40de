-- Documents: their originals, their text, and the passages that search reads.

-- An original, in parts so that it is streamed in and out and never held whole.
create table jobs.blobs (
    -- UUIDv7: the age of an upload that was never finished is in its id.
    id          uuid primary key,
    tenant_id   int not null references jobs.tenants,
    -- Null while the upload runs.
    length      bigint,
    sha256      bytea check (octet_length(sha256) = 32),
    -- The document that it belongs to; set when that document is inserted.
    document_id uuid,
    check ((length is null) = (sha256 is null)),
    check (document_id is null or length is not null)
);

-- Cleanup: what no document came to own, oldest first.
create index blobs_unowned on jobs.blobs (id) where document_id is null;

create table jobs.blob_parts (
    blob_id uuid not null references jobs.blobs on delete cascade,
    part    int not null,
    bytes   bytea not null,
    primary key (blob_id, part)
);
-- Originals are mostly compressed already.
alter table jobs.blob_parts alter column bytes set storage external;

create table jobs.documents (
    id            uuid primary key,
    tenant_id     int not null references jobs.tenants,
    batch_id      uuid not null,
    blob_id       uuid not null references jobs.blobs,
    state         text not null default 'pending' check (state in ('pending', 'ready', 'failed')),
    name          text not null,
    media_type    text not null,
    length        bigint not null,
    sha256        bytea not null check (octet_length(sha256) = 32),
    tags          text[] not null default '{}',
    title         text,
    author        text,
    language      text,
    pages         int,
    words         int,
    warnings      text[] not null default '{}',
    error_code    text,
    error_message text,
    created_at    timestamptz not null default now(),
    processed_at  timestamptz,
    -- The words of name and title, whatever stands between them, for the list's filter.
    names         tsvector not null generated always as (
        to_tsvector('simple', regexp_replace(name || ' ' || coalesce(title, ''), '[^[:alnum:]]+', ' ', 'g'))) stored,
    check ((state = 'failed') = (error_code is not null))
);

-- A tenant's list, newest first.
create index documents_tenant on jobs.documents (tenant_id, id desc);
-- Is this file here already?
create index documents_hash on jobs.documents (tenant_id, sha256);
-- The foreign reference.
create index documents_blob on jobs.documents (blob_id);
-- Cleanup: documents whose batch ended without them.
create index documents_pending on jobs.documents (batch_id) where state = 'pending';
-- The list's filter.
create index documents_names on jobs.documents using gin (names);

-- The text, in parts for the same reason as the original.
create table jobs.document_texts (
    document_id uuid not null references jobs.documents on delete cascade,
    part        int not null,
    body        text compression lz4 not null,
    primary key (document_id, part)
);

create table jobs.passages (
    document_id uuid not null references jobs.documents on delete cascade,
    ordinal     int not null,
    tenant_id   int not null,
    page        int,
    body        text not null,
    -- The title (A) weighs more than the text (B).
    terms       tsvector not null,
    primary key (document_id, ordinal)
);

-- Search. The tenant is compared after the index has found the terms.
create index passages_terms on jobs.passages using gin (terms);

-- Cleanup: tombstones of batches, oldest first.
create index batches_tombstones on jobs.batches (purged_at) where purged_at is not null;
