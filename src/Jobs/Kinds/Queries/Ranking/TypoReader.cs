namespace Jobs.Kinds.Queries.Ranking;

/// <summary>Reads which words may be meant by others, in one round trip. Thread-safe.</summary>
internal sealed class TypoReader(IndexReader index)
{
    /// <summary>The lexemes that are like each of some, and what may be meant by the words that became them.</summary>
    public async Task<(
        ILookup<string, string> Similar,
        ILookup<string, TypoVariant> Variants
    )> SimilarAsync(
        int tenantId,
        string[] lexemes,
        IReadOnlyDictionary<string, (string Config, string Word)> typed,
        CancellationToken ct
    )
    {
        var asked = typed
            .SelectMany(t =>
                TypoVariants.Of(t.Value.Word).Select(v => (Lexeme: t.Key, t.Value.Config, Word: v))
            )
            .ToArray();
        var similar = new List<(string Word, string Lexeme)>();
        var variants = new List<(string Lexeme, TypoVariant Variant)>();
        await using var batch = index.Batch();
        batch.BatchCommands.Add(
            new(SearchSql.Similar)
            {
                Parameters =
                {
                    new() { Value = tenantId },
                    new() { Value = lexemes },
                },
            }
        );
        batch.BatchCommands.Add(
            new(SearchSql.Variants)
            {
                Parameters =
                {
                    new() { Value = tenantId },
                    new() { Value = Array.ConvertAll(asked, a => a.Config) },
                    new() { Value = Array.ConvertAll(asked, a => a.Word) },
                },
            }
        );
        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.NextResultAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            similar.Add((lexemes[reader.GetInt32(0)], reader.GetString(1)));
        }
        await reader.NextResultAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var (lexeme, _, word) = asked[reader.GetInt32(0)];
            var its = reader.IsDBNull(1) ? null : reader.GetString(1);
            variants.Add((lexeme, new TypoVariant(word, its, reader.GetBoolean(2))));
        }
        return (
            similar.ToLookup(s => s.Word, s => s.Lexeme, StringComparer.Ordinal),
            variants.ToLookup(v => v.Lexeme, v => v.Variant, StringComparer.Ordinal)
        );
    }
}
