namespace Jobs.Kinds.Queries;

internal static class SearchSql
{
    /// <summary>For the rest of the transaction, which is that of the batch that this stands in.</summary>
    public const string Timeout = "select set_config('statement_timeout', $1, true)";

    /// <summary>
    /// The common table expression makes the text query once and hides it from the planner, which then counts on few
    /// matches and takes the index whatever the table holds. It is or-ed from lexemes: every match of any word counts,
    /// and the filters of the alternatives say which of them may.
    /// </summary>
    public const string Search = """
        with alternative as (
            select a.filter, a.has_phrase, w.words
            from unnest($2::text[], $3::text[], $4::bool[]) as a (words, filter, has_phrase)
            cross join lateral (
                select string_agg('''' || replace(replace(l.lexeme, '\', '\\'), '''', '''''') || '''', ' | ')::tsquery
                from (select lexeme from unnest(to_tsvector('english', a.words)) order by positions[1] limit $5) l
            ) w (words)
            where w.words is not null
        ), query as materialized (
            select string_agg('(' || words::text || ')', ' | ')::tsquery as words,
                string_agg('(' ||
                    case
                        when filter = '' or numnode(websearch_to_tsquery('english', filter)) = 0 then words
                        when has_phrase then websearch_to_tsquery('english', filter)
                        else words && websearch_to_tsquery('english', filter)
                    end::text || ')', ' | ')::tsquery as filter
            from alternative
        ), best as (
            select distinct on (p.document_id) p.document_id, p.ordinal, ts_rank($6, p.terms, query.words, $7) as score
            from query
            join jobs.passages p on p.terms @@ query.filter
            where p.tenant_id = $1
            order by p.document_id, score desc, p.ordinal
        ), page as (
            select best.*, count(*) over () as total
            from best
            where $8::text[] is null
               or exists (select from jobs.documents d where d.id = best.document_id and d.tags @> $8)
            order by score desc, document_id desc
            limit $9 offset $10
        )
        select page.document_id, coalesce(d.title, d.name), page.score, p.body, p.page,
            ts_headline('english', p.body, query.words, $11), page.total
        from page
        cross join query
        join jobs.documents d on d.id = page.document_id
        join jobs.passages p on p.document_id = page.document_id and p.ordinal = page.ordinal
        order by page.score desc, page.document_id desc
        """;
}
