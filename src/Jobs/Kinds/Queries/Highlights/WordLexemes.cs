using System.Collections.Concurrent;
using Jobs.Database;

namespace Jobs.Kinds.Queries.Highlights;

/// <summary>
/// What words are in a configuration: asked of PostgreSQL once and then known. Thread-safe; it holds at most some 10 MB.
/// </summary>
internal sealed class WordLexemes(JobsDataSource database)
{
    private const int MaxWords = 100_000;
    private const int LongestWord = 60;

    public const string Lexemes = """
        select w.n::int - 1, l.lexeme
        from unnest($1::text[], $2::text[]) with ordinality w (config, word, n)
        cross join lateral unnest(to_tsvector(w.config::regconfig, w.word)) l
        """;

    private readonly ConcurrentDictionary<(string Config, string Word), string[]> known = [];

    /// <summary>The lexemes of each word of some texts.</summary>
    public async Task<IReadOnlyList<string[][]>> OfAsync(
        IReadOnlyList<(string Config, string[] Words)> texts,
        CancellationToken ct
    )
    {
        if (known.Count > MaxWords)
        {
            known.Clear();
        }
        var unknown = new HashSet<(string, string)>();
        var found = texts.Select(t => Find(t.Config, t.Words, unknown)).ToList();
        if (unknown.Count == 0)
        {
            return found;
        }
        await LearnAsync([.. unknown], ct);
        unknown.Clear();
        return [.. texts.Select(t => Find(t.Config, t.Words, unknown))];
    }

    private string[][] Find(string config, string[] words, HashSet<(string, string)> unknown) =>
        Array.ConvertAll(
            words,
            word =>
            {
                if (known.TryGetValue((config, word), out var lexemes))
                {
                    return lexemes;
                }
                if (word.Length <= LongestWord)
                {
                    unknown.Add((config, word));
                }
                return [];
            }
        );

    private async Task LearnAsync((string Config, string Word)[] unknown, CancellationToken ct)
    {
        var lexemes = new List<string>?[unknown.Length];
        await using var ask = database.Requests.CreateCommand(Lexemes);
        ask.Parameters.Add(new() { Value = unknown.Select(u => u.Config).ToArray() });
        ask.Parameters.Add(new() { Value = unknown.Select(u => u.Word).ToArray() });
        await using (var row = await ask.ExecuteReaderAsync(ct))
        {
            while (await row.ReadAsync(ct))
            {
                (lexemes[row.GetInt32(0)] ??= []).Add(row.GetString(1));
            }
        }
        foreach (var (i, word) in unknown.Index())
        {
            known[word] = lexemes[i]?.ToArray() ?? [];
        }
    }
}
