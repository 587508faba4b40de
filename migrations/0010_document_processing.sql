-- What documents have besides their text: sections and languages of passages, dates, thumbnails, and originals that are
-- kept in an object store.

-- Of passages that are there, english is what they were made with: a constant, so no row is written.
alter table jobs.passages
    -- The headings above it, outermost first.
    add column section text,
    -- How its words were divided and stemmed.
    add column config  regconfig not null default 'pg_catalog.english';

alter table jobs.documents
    -- As the document itself says.
    add column authored_at timestamptz,
    add column modified_at timestamptz,
    -- Which version of the parsers read it; null before there were versions.
    add column extraction  smallint;

-- A picture of the first page.
create table jobs.document_thumbnails (
    document_id uuid primary key references jobs.documents on delete cascade,
    png         bytea not null
);
alter table jobs.document_thumbnails alter column png set storage external;

-- Where its bytes are: in blob_parts, or under its id in an object store.
alter table jobs.blobs add column place text not null default 'database';

-- Objects whose blob is gone. However a blob is deleted, its object is deleted after it, and tried again until it is.
create table jobs.blob_deletions (
    blob_id    uuid primary key,
    deleted_at timestamptz not null default now()
);

create function jobs.remember_object() returns trigger language plpgsql as $$
begin
    insert into jobs.blob_deletions (blob_id) values (old.id) on conflict do nothing;
    return old;
end
$$;

create trigger blobs_object after delete on jobs.blobs
    for each row when (old.place <> 'database') execute function jobs.remember_object();
