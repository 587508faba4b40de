namespace Jobs.Kinds.Queries;

/// <summary>
/// The statements of a search, each for any number of queries. They are planned once a connection, and so that the plan
/// stays right whatever the tables come to hold: by their indexes.
/// </summary>
internal static class SearchSql
{
    /// <summary>For the rest of the transaction, which is that of the batch that this stands in.</summary>
    public const string Settings = """
        select set_config('statement_timeout', $1, true), set_config('plan_cache_mode', 'force_generic_plan', true),
            set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
            set_config('enable_mergejoin', 'off', true), set_config('enable_bitmapscan', 'off', true),
            set_config('jit', 'off', true)
        """;

    public const string Segments = """
        select id, documents, passages, length, configs, inline is not null
        from jobs.search_segments
        where tenant_id = $1
        order by id
        """;

    /// <summary>
    /// The lexemes of texts in each configuration that the tenant's passages have, with their places; and the bytes of
    /// the postings of each lexeme, whose length is known without reading them.
    /// </summary>
    public const string Lexemes = """
        with config as materialized (
            select distinct unnest(configs) as name from jobs.search_segments where tenant_id = $1
        ), lexeme as materialized (
            select t.n, c.name, l.lexeme, l.positions
            from unnest($2::text[]) with ordinality t (text, n)
            cross join config c
            cross join lateral unnest(to_tsvector(c.name::regconfig, t.text)) l
        )
        select l.n::int, l.name, l.lexeme, l.positions, null::bigint
        from lexeme l
        union all
        select 0, '', l.lexeme, null, (
            select sum(octet_length(p.postings))
            from jobs.search_segments s
            join jobs.search_postings p
                on p.tenant_id = s.tenant_id and p.segment_id = s.id and p.lexeme = l.lexeme
            where s.tenant_id = $1 and s.inline is null)
        from (select distinct lexeme from lexeme) l
        """;

    /// <summary>The same sizes for lexemes that are known already.</summary>
    public const string Sizes = """
        select l.lexeme, (
            select sum(octet_length(p.postings))
            from jobs.search_segments s
            join jobs.search_postings p
                on p.tenant_id = s.tenant_id and p.segment_id = s.id and p.lexeme = l.lexeme
            where s.tenant_id = $1 and s.inline is null)
        from unnest($2::text[]) l (lexeme)
        """;

    /// <summary>
    /// The index as it is at one moment: the segments, what was deleted of them, and of each word the given share of
    /// its postings, the best first.
    /// </summary>
    public const string Postings = """
        select s.id, -1, octet_length(s.deleted), null::bytea
        from jobs.search_segments s
        where s.tenant_id = $1
        union all
        select d.segment_id, -2, d.ordinal, null
        from jobs.search_deleted d
        where d.tenant_id = $1
        union all
        select s.id, w.n::int - 1, 0,
            case
                when w.share >= 1 then p.postings
                else substring(p.postings from 1 for ceil(octet_length(p.postings) / 4 * w.share)::int * 4)
            end
        from jobs.search_segments s
        cross join unnest($2::text[], $3::float8[]) with ordinality w (lexeme, share, n)
        join jobs.search_postings p on p.tenant_id = s.tenant_id and p.segment_id = s.id and p.lexeme = w.lexeme
        where s.tenant_id = $1 and s.inline is null
        """;

    /// <summary>
    /// Words that may be meant by one that nothing has: of about its length, with the same start or the same end.
    /// </summary>
    public const string Similar = """
        select w.n::int - 1, t.lexeme
        from unnest($2::text[]) with ordinality w (word, n)
        cross join generate_series(-1, 1) more (letters)
        cross join lateral (
            select s.lexeme
            from jobs.search_terms s
            where s.tenant_id = $1 and length(s.lexeme) = length(w.word) + more.letters
                and s.lexeme >= left(w.word, (length(w.word) - 1) / 2)
                and s.lexeme < left(w.word, (length(w.word) - 1) / 2) || U&'\+10FFFF'
            union all
            select s.lexeme
            from jobs.search_terms s
            where s.tenant_id = $1 and length(s.lexeme) = length(w.word) + more.letters
                and reverse(s.lexeme) collate "C" >= left(reverse(w.word), length(w.word) / 2)
                and reverse(s.lexeme) collate "C" < left(reverse(w.word), length(w.word) / 2) || U&'\+10FFFF'
        ) t
        """;

    /// <summary>
    /// What words are in a configuration, and whether a large segment has that; a null where a word does not count.
    /// </summary>
    public const string Variants = """
        select v.n::int - 1, l.lexeme, l.lexeme is not null and exists (
            select from jobs.search_terms t where t.tenant_id = $1 and t.lexeme = l.lexeme)
        from unnest($2::text[], $3::text[]) with ordinality v (config, word, n)
        left join lateral unnest(to_tsvector(v.config::regconfig, v.word)) l on true
        """;

    /// <summary>Which of the given passages a filter lets through.</summary>
    public const string Verify = """
        select c.n::int - 1
        from unnest($2::uuid[], $3::int[], $4::int[]) with ordinality c (document_id, ordinal, filter, n)
        join jobs.passages p on p.document_id = c.document_id and p.ordinal = c.ordinal
        where p.tenant_id = $1
            and (numnode(websearch_to_tsquery(p.config, ($5::text[])[c.filter])) = 0
                or p.terms @@ websearch_to_tsquery(p.config, ($5::text[])[c.filter]))
        """;

    /// <summary>Passages with what is shown of them.</summary>
    public const string Hits = """
        select h.n::int - 1, coalesce(d.title, d.name), p.body, p.page, p.config::text
        from unnest($2::uuid[], $3::int[]) with ordinality h (document_id, ordinal, n)
        join jobs.passages p on p.document_id = h.document_id and p.ordinal = h.ordinal
        join jobs.documents d on d.id = p.document_id
        where d.tenant_id = $1
        """;
}
