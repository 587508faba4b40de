namespace Jobs.Kinds.Documents;

internal static class DocumentSql
{
    public const string Find = """
        select blob_id, name, sha256, media_type, title, author, pages, words, language, warnings,
            state = 'ready' and extraction = $3
        from jobs.documents
        where id = $1 and tenant_id = $2
        """;

    /// <summary>Documents that stand: read already, or about to be by a batch that has not ended.</summary>
    public const string FindDuplicate = """
        select d.id, d.media_type, d.title, d.author, d.pages, d.words, d.language, d.warnings, d.state = 'ready'
        from jobs.documents d
        where d.tenant_id = $1
          and d.sha256 = $2
          and (d.state = 'ready'
               or d.state = 'pending'
                  and exists (select from jobs.batches b where b.id = d.batch_id and b.finished_at is null))
        order by d.state = 'ready' desc, d.id
        limit 1
        """;

    /// <summary>
    /// A document of the same bytes that the same parsers have read. The extension is among what they read by, so it
    /// must be the same too.
    /// </summary>
    public const string FindTwin = """
        select id
        from jobs.documents
        where tenant_id = $1
          and sha256 = $2
          and state = 'ready'
          and extraction = $3
          and id <> $4
          and lower(coalesce(substring(name from '\.[^.]*$'), '')) = $5
        order by id
        limit 1
        for share
        """;

    public const string Insert = """
        with added as (
            insert into jobs.documents (id, tenant_id, batch_id, blob_id, name, media_type, length, sha256, tags)
            select n.id, $1, $2, n.blob_id, n.name, n.media_type, n.length, n.sha256, $3
            from unnest($4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::bigint[], $9::bytea[])
                as n (id, blob_id, name, media_type, length, sha256)
            returning id, blob_id)
        update jobs.blobs b
        set document_id = added.id
        from added
        where b.id = added.blob_id and b.tenant_id = $1 and b.document_id is null
        """;

    public const string Ready = """
        update jobs.documents
        set state = 'ready', media_type = $3, title = $4, author = $5, language = $6, pages = $7, words = $8,
            warnings = $9, authored_at = $10, modified_at = $11, extraction = $12, error_code = null,
            error_message = null, processed_at = now()
        where id = $1 and tenant_id = $2
        """;

    /// <summary>Gives a document what is known of its twin.</summary>
    public const string ReadyAsTwin = """
        update jobs.documents d
        set state = 'ready', media_type = t.media_type, title = t.title, author = t.author, language = t.language,
            pages = t.pages, words = t.words, warnings = t.warnings, authored_at = t.authored_at,
            modified_at = t.modified_at, extraction = t.extraction, error_code = null, error_message = null,
            processed_at = now()
        from jobs.documents t
        where d.id = $1 and d.tenant_id = $2 and t.id = $3 and t.tenant_id = $2
        returning d.media_type, d.title, d.author, d.pages, d.words, d.language, d.warnings
        """;

    public const string Fail = """
        update jobs.documents
        set state = 'failed', error_code = $3, error_message = $4, processed_at = now()
        where id = $1 and tenant_id = $2 and state <> 'ready'
        """;

    public const string ClearTexts = "delete from jobs.document_texts where document_id = $1";

    public const string ClearPassages = "delete from jobs.passages where document_id = $1";

    public const string WriteText =
        "insert into jobs.document_texts (document_id, part, body) values ($1, $2, $3)";

    public const string WritePassages = """
        insert into jobs.passages (document_id, tenant_id, ordinal, page, section, config, body, terms)
        select $1, $2, $3 + p.ordinal::int - 1, p.page, p.section, $5::text::regconfig, p.body,
            setweight(to_tsvector($5::text::regconfig, $4), 'A') || setweight(to_tsvector($5::text::regconfig, p.words), 'B')
        from unnest($6::text[], $7::int[], $8::text[], $9::text[]) with ordinality as p (body, page, section, words, ordinal)
        """;

    public const string CopyTexts = """
        insert into jobs.document_texts (document_id, part, body)
        select $1, part, body
        from jobs.document_texts
        where document_id = $2
        """;

    /// <summary>The title is that of the name where the document has none: its words are not the twin's.</summary>
    public const string CopyPassages = """
        insert into jobs.passages (document_id, tenant_id, ordinal, page, section, config, body, terms)
        select $1, tenant_id, ordinal, page, section, config, body,
            setweight(to_tsvector(config, $3), 'A') || ts_filter(terms, '{b}')
        from jobs.passages
        where document_id = $2
        """;

    public const string CopyThumbnail = """
        insert into jobs.document_thumbnails (document_id, png)
        select $1, png
        from jobs.document_thumbnails
        where document_id = $2
        """;

    public const string ClearThumbnail =
        "delete from jobs.document_thumbnails where document_id = $1";

    public const string WriteThumbnail =
        "insert into jobs.document_thumbnails (document_id, png) values ($1, $2)";

    public const string ReadThumbnail = """
        select t.png
        from jobs.document_thumbnails t
        join jobs.documents d on d.id = t.document_id
        where d.id = $1 and d.tenant_id = $2
        """;

    /// <summary>Text, passages and thumbnail go with their document.</summary>
    public const string Delete = """
        with gone as (delete from jobs.documents where id = $1 and tenant_id = $2 returning blob_id)
        delete from jobs.blobs where id in (select blob_id from gone) returning id
        """;

    public const string ReadText = """
        select convert_to(t.body, 'UTF8')
        from jobs.document_texts t
        join jobs.documents d on d.id = t.document_id
        where d.id = $1 and d.tenant_id = $2 and t.part = $3
        """;
}
