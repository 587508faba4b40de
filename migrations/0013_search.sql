-- The search index: segments of documents with packed postings. A segment is never changed but for what was deleted
-- of it; merges replace several by one.

create table jobs.search_segments (
    id            bigint generated always as identity primary key,
    tenant_id     int not null references jobs.tenants,
    documents     int not null,
    -- At most 65,536: a posting names its passage in two bytes.
    passages      int not null check (passages <= 65536),
    -- Words of all passages, as ranking counts them.
    length        bigint not null,
    -- The text search configurations of its passages, by name.
    configs       text[] not null,
    -- Per document: its id (16 bytes), and its first passage (2 bytes).
    document_ids  bytea not null,
    firsts        bytea not null,
    -- Ordinals of the documents that were deleted since it was written (2 bytes each).
    deleted       bytea not null default '',
    -- All postings of a segment that is small: its lexemes are not worth a row each.
    inline        bytea
);
-- They are compact already, and parts of them are read.
alter table jobs.search_segments
    alter column document_ids set storage external,
    alter column firsts set storage external,
    alter column deleted set storage external,
    alter column inline set storage external;

-- A search looks at every segment of its tenant.
create index search_segments_tenant on jobs.search_segments (tenant_id, id);

create table jobs.search_postings (
    tenant_id  int not null,
    segment_id bigint not null,
    lexeme     text collate "C" not null,
    -- Four bytes each, what counts most first: passage, count, length of the passage.
    postings   bytea not null,
    primary key (tenant_id, segment_id, lexeme)
);
alter table jobs.search_postings alter column postings set storage external;

-- Where a document is.
create table jobs.search_documents (
    document_id uuid primary key references jobs.documents on delete cascade,
    tenant_id   int not null,
    segment_id  bigint not null,
    ordinal     int not null
) with (fillfactor = 80);

-- Documents that were deleted, or read again, since their segment was written. Merges fold them in.
create table jobs.search_deleted (
    tenant_id  int not null,
    segment_id bigint not null,
    ordinal    int not null,
    primary key (tenant_id, segment_id, ordinal)
);

-- However a document is deleted, searches no longer find it.
create function jobs.search_delete() returns trigger
language plpgsql as $$
begin
    insert into jobs.search_deleted (tenant_id, segment_id, ordinal)
    values (old.tenant_id, old.segment_id, old.ordinal)
    on conflict do nothing;
    return null;
end $$;

create trigger search_delete after delete on jobs.search_documents
for each row execute function jobs.search_delete();

-- The words that there are, for those that are mistyped: one mistake leaves one half of a word as it is.
create table jobs.search_terms (
    tenant_id int not null,
    lexeme    text collate "C" not null,
    primary key (tenant_id, lexeme)
);
create index search_terms_start on jobs.search_terms (tenant_id, length(lexeme), lexeme);
create index search_terms_end on jobs.search_terms (tenant_id, length(lexeme), reverse(lexeme) collate "C");

-- Documents that were read before there was this index; cleanup takes them in.
create table jobs.search_unindexed (
    document_id uuid primary key references jobs.documents on delete cascade
);
insert into jobs.search_unindexed (document_id)
select id from jobs.documents where state = 'ready';

drop index jobs.passages_terms;
