namespace Jobs.Kinds.Queries.Index;

/// <summary>What writes and merges the index. Reading it is <see cref="SearchSql"/>.</summary>
internal static class IndexSql
{
    /// <summary>The configuration of each passage is named here and in <see cref="SearchSql"/>.</summary>
    public const string ReadPassages = """
        select d.id, d.tags, d.media_type, p.ordinal, tsvectorsend(p.terms), p.config::text
        from jobs.documents d
        join jobs.passages p on p.document_id = d.id
        where d.id = any($1) and d.tenant_id = $2 and d.state = 'ready'
        order by d.id, p.ordinal
        """;

    public const string Remove = """
        delete from jobs.search_documents
        where document_id = any($1) and tenant_id = $2
        """;

    public const string InsertSegment = """
        insert into jobs.search_segments
            (tenant_id, documents, passages, length, configs, document_ids, firsts, inline)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        returning id
        """;

    public const string Place = """
        insert into jobs.search_documents (document_id, tenant_id, segment_id, ordinal)
        select d.id, $1, $2, d.n - 1
        from unnest($3::uuid[]) with ordinality d (id, n)
        """;

    public const string CopyPostings =
        "copy jobs.search_postings (tenant_id, segment_id, lexeme, postings) from stdin (format binary)";

    /// <summary>In the order of lexemes, so that two who add the same ones wait for each other and never in a circle.</summary>
    public const string AddTerms = """
        insert into jobs.search_terms (tenant_id, lexeme)
        select $1, t.lexeme
        from unnest($2::text[]) t (lexeme)
        on conflict do nothing
        """;

    /// <summary>One process at a time merges a tenant's segments; "find" in ASCII keeps its number apart from other locks.</summary>
    public const string LockTenant = "select pg_try_advisory_xact_lock(1718185572, $1)";

    public const string Segments = """
        select s.id, s.documents, s.passages, s.length, s.configs, octet_length(s.deleted), s.inline is not null,
            (select count(*) from jobs.search_deleted d where d.tenant_id = s.tenant_id and d.segment_id = s.id)
        from jobs.search_segments s
        where s.tenant_id = $1
        order by s.id
        """;

    public const string Maps = """
        select id, document_ids, firsts, deleted, passages, inline
        from jobs.search_segments
        where tenant_id = $1 and id = any($2)
        """;

    /// <summary>With what was deleted since they were written.</summary>
    public const string Loose = """
        select segment_id, ordinal
        from jobs.search_deleted
        where tenant_id = $1 and segment_id = any($2)
        """;

    public const string TakeLoose = """
        delete from jobs.search_deleted
        where tenant_id = $1 and segment_id = any($2)
        returning segment_id, ordinal
        """;

    public const string Fold = """
        update jobs.search_segments
        set deleted = $3
        where tenant_id = $1 and id = $2
        """;

    public const string ReadPostings = """
        select segment_id, lexeme, postings
        from jobs.search_postings
        where tenant_id = $1 and segment_id = any($2)
        """;

    public const string DropPostings = """
        delete from jobs.search_postings
        where tenant_id = $1 and segment_id = any($2)
        """;

    /// <summary>
    /// Who deletes a document waits here for the end of the merge, and deletes it from where it is then. It is waited
    /// for less long than PostgreSQL takes to look for deadlocks: then the merge gives up and the deletion wins.
    /// </summary>
    public const string MoveTimeout = "select set_config('lock_timeout', '500ms', true)";

    public const string Move = """
        update jobs.search_documents s
        set segment_id = $2, ordinal = d.n - 1
        from unnest($3::uuid[]) with ordinality d (id, n)
        where s.document_id = d.id and s.tenant_id = $1 and s.segment_id = any($4)
        returning s.document_id
        """;

    public const string MarkDeleted = """
        insert into jobs.search_deleted (tenant_id, segment_id, ordinal)
        select $1, $2, unnest($3::int[])
        on conflict do nothing
        """;

    public const string DropSegments = """
        delete from jobs.search_segments
        where tenant_id = $1 and id = any($2)
        """;

    public const string Tenants = "select distinct tenant_id from jobs.search_segments";

    public const string Unindexed = """
        select u.document_id, d.tenant_id
        from jobs.search_unindexed u
        join jobs.documents d on d.id = u.document_id
        order by d.tenant_id, u.document_id
        limit $1
        """;

    public const string Indexed = "delete from jobs.search_unindexed where document_id = any($1)";
}
