using System.Diagnostics;
using Jobs.Bench.Engine;
using Jobs.Kinds.Queries;
using Npgsql;

namespace Jobs.Bench.Search;

/// <summary>SQL alone, without the product: PostgreSQL's own ranking, and the statements that the product sends.</summary>
internal static class StatementRuns
{
    private const int MostPostings = 2_000_000;

    private const string Rank = """
        select p.document_id, ts_rank(p.terms, q.q) as score
        from (select string_agg(w, ' | ')::tsquery as q from unnest($2::text[]) w) q
        join jobs.passages p on p.terms @@ q.q
        where p.tenant_id = $1
        order by score desc
        limit 10
        """;

    /// <summary>Any of the words, ranked by <c>ts_rank</c> over an index of its own; ids and ranks only.</summary>
    public static async Task<Times> RankAsync(
        BenchDatabase database,
        int tenant,
        IReadOnlyList<string> queries
    )
    {
        var times = new Times();
        foreach (var query in queries)
        {
            var began = Stopwatch.GetTimestamp();
            await using var command = database.Raw.CreateCommand(Rank);
            command.CommandTimeout = 0;
            Add(command.Parameters, tenant);
            Add(command.Parameters, query.Split(' '));
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync()) { }
            times.AddSince(began);
        }
        return times;
    }

    /// <summary>The round trips of a search that read words and postings; nothing is ranked.</summary>
    public static async Task<Times> ReadAsync(
        BenchDatabase database,
        int tenant,
        IReadOnlyList<string> queries
    )
    {
        var times = new Times();
        foreach (var query in queries)
        {
            var began = Stopwatch.GetTimestamp();
            var sizes = new List<(string Lexeme, long Postings)>();
            await using (var look = Batch(database))
            {
                var segments = new NpgsqlBatchCommand(SearchSql.Segments);
                Add(segments.Parameters, tenant);
                look.BatchCommands.Add(segments);
                var words = new NpgsqlBatchCommand(SearchSql.Lexemes);
                Add(words.Parameters, tenant);
                Add(words.Parameters, new[] { query });
                look.BatchCommands.Add(words);
                await using var row = await look.ExecuteReaderAsync();
                await row.NextResultAsync();
                await row.NextResultAsync();
                while (await row.ReadAsync())
                {
                    if (!row.IsDBNull(4))
                    {
                        sizes.Add((row.GetString(2), row.GetInt64(4) / 4));
                    }
                }
            }
            await using var read = Batch(database);
            var postings = new NpgsqlBatchCommand(SearchSql.Postings);
            Add(postings.Parameters, tenant);
            Add(postings.Parameters, sizes.Select(s => s.Lexeme).ToArray());
            Add(postings.Parameters, Shares(sizes));
            read.BatchCommands.Add(postings);
            await using var bytes = await read.ExecuteReaderAsync();
            await bytes.NextResultAsync();
            while (await bytes.ReadAsync())
            {
                _ = bytes.IsDBNull(3) ? 0 : bytes.GetFieldValue<byte[]>(3).Length;
            }
            times.AddSince(began);
        }
        return times;
    }

    private static double[] Shares(List<(string Lexeme, long Postings)> sizes) =>
        [
            .. sizes.Select(s =>
                Math.Min(1, MostPostings / (double)sizes.Count / Math.Max(1, s.Postings))
            ),
        ];

    private static NpgsqlBatch Batch(BenchDatabase database)
    {
        var batch = database.Raw.CreateBatch();
        var settings = new NpgsqlBatchCommand(SearchSql.Settings);
        Add(settings.Parameters, "60000");
        batch.BatchCommands.Add(settings);
        return batch;
    }

    private static void Add<T>(NpgsqlParameterCollection parameters, T value) =>
        parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
}
