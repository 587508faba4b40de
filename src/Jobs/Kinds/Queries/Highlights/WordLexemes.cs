using System.Collections.Concurrent;
using Jobs.Database;

namespace Jobs.Kinds.Queries.Highlights;

/// <summary>
/// What words are in a configuration: asked of PostgreSQL once and then known, as long as they are used. Thread-safe; it
/// holds at most some 10 MB: two generations, of which the older goes when the younger is full.
/// </summary>
internal sealed class WordLexemes(JobsDataSource database)
{
    /// <summary>Words of a generation.</summary>
    public const int MostWords = 50_000;

    private const int LongestWord = 60;

    public const string Lexemes = """
        select w.n::int - 1, l.lexeme
        from unnest($1::text[], $2::text[]) with ordinality w (config, word, n)
        cross join lateral unnest(to_tsvector(w.config::regconfig, w.word)) l
        """;

    private readonly Lock gate = new();
    private volatile ConcurrentDictionary<(string Config, string Word), string[]> young = [];
    private volatile ConcurrentDictionary<(string Config, string Word), string[]> old = [];

    /// <summary>Words that are known.</summary>
    public int Count => young.Count + old.Count;

    /// <summary>The lexemes of each word of some texts.</summary>
    /// <param name="texts">Words in lower case, each text with its configuration.</param>
    /// <param name="matters">Whether a word is asked for; the others have none.</param>
    /// <param name="ct">Ends it.</param>
    public async Task<IReadOnlyList<string[][]>> OfAsync(
        IReadOnlyList<(string Config, string[] Words)> texts,
        Func<string, string, bool>? matters,
        CancellationToken ct
    )
    {
        var found = new Dictionary<(string, string), string[]>();
        var unknown = new List<(string, string)>();
        foreach (var (config, words) in texts)
        {
            foreach (var word in words)
            {
                if (
                    word.Length <= LongestWord
                    && matters?.Invoke(config, word) != false
                    && !found.ContainsKey((config, word))
                )
                {
                    var known = Find((config, word));
                    found[(config, word)] = known ?? [];
                    if (known is null)
                    {
                        unknown.Add((config, word));
                    }
                }
            }
        }
        if (unknown.Count > 0)
        {
            await LearnAsync(unknown, found, ct);
        }
        return
        [
            .. texts.Select(t =>
                Array.ConvertAll(t.Words, w => found.GetValueOrDefault((t.Config, w)) ?? [])
            ),
        ];
    }

    private string[]? Find((string, string) word)
    {
        if (young.TryGetValue(word, out var lexemes))
        {
            return lexemes;
        }
        if (old.TryGetValue(word, out lexemes))
        {
            Keep(word, lexemes);
            return lexemes;
        }
        return null;
    }

    private void Keep((string, string) word, string[] lexemes)
    {
        young[word] = lexemes;
        // Counting takes all locks of the dictionary, so it is not done for every word.
        if ((uint)word.GetHashCode() % 16 == 0 && young.Count >= MostWords)
        {
            lock (gate)
            {
                if (young.Count >= MostWords)
                {
                    old = young;
                    young = [];
                }
            }
        }
    }

    private async Task LearnAsync(
        List<(string Config, string Word)> unknown,
        Dictionary<(string, string), string[]> found,
        CancellationToken ct
    )
    {
        var lexemes = new List<string>?[unknown.Count];
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
            found[word] = lexemes[i]?.ToArray() ?? [];
            Keep(word, found[word]);
        }
    }
}
