-- Documents: their originals, their text, and the passages that search reads.

-- An original, in parts so that it is streamed in and out and never held whole.
create table jobs.blobs (
    id         uuid primary key,
    tenant_id  int not null references jobs.tenants,
    length     bigint not null,
    sha256     bytea not null check (octet_length(sha256) = 32),
    created_at timestamptz not null default now()
);

create index blobs_tenant on jobs.blobs (tenant_id);

create table jobs.blob_parts (
    blob_id uuid not null,
    part    int not null,
    bytes   bytea not null,
    primary key (blob_id, part)
);
-- Originals are mostly compressed already.
alter table jobs.blob_parts alter column bytes set storage external;

create table jobs.documents (
    id           uuid primary key,
    tenant_id    int not null references jobs.tenants,
    batch_id     uuid not null,
    blob_id      uuid not null references jobs.blobs,
    state        text not null default 'pending' check (state in ('pending', 'ready', 'failed')),
    name         text not null,
    media_type   text not null,
    length       bigint not null,
    sha256       bytea not null,
    tags         text[] not null default '{}',
    title        text,
    author       text,
    language     text,
    pages        int,
    words        int,
    warnings     text[] not null default '{}',
    created_at   timestamptz not null default now(),
    processed_at timestamptz
);

-- A tenant's list, newest first.
create index documents_tenant on jobs.documents (tenant_id, id desc);
-- Is this file here already?
create index documents_hash on jobs.documents (tenant_id, sha256);
-- The foreign reference, and the sweep of originals that nothing refers to.
create index documents_blob on jobs.documents (blob_id);

create table jobs.document_texts (
    document_id uuid primary key references jobs.documents on delete cascade,
    body        text compression lz4 not null
);

create table jobs.passages (
    document_id uuid not null references jobs.documents on delete cascade,
    ordinal     int not null,
    tenant_id   int not null,
    page        int,
    body        text not null,
    -- The title weighs more than the text.
    terms       tsvector not null,
    primary key (document_id, ordinal)
);

-- Search. The tenant is compared after the index has found the terms.
create index passages_terms on jobs.passages using gin (terms);
