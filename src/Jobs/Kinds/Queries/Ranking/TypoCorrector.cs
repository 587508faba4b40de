using Jobs.Kinds.Queries.Highlights;

namespace Jobs.Kinds.Queries.Ranking;

/// <summary>
/// Searches for what is meant by words that nothing has. A mistake is looked for in the word as it was typed, since one
/// at its end makes another stem of it, and in its stem. What is one mistake away from a word that does not count, such
/// as <c>wiht</c>, does not count either. Thread-safe.
/// </summary>
internal sealed class TypoCorrector(IndexReader reader, WordLexemes lexemes)
{
    /// <summary>Corrects plans, those of many queries in common round trips; two where there is something to correct.</summary>
    public async Task CorrectAsync(
        int tenantId,
        IReadOnlyList<QueryPlan> plans,
        IndexState state,
        CancellationToken ct
    )
    {
        var unknown = TypoFinder.Unknown(plans, state).ToArray();
        if (unknown.Length == 0 || state.Passages == 0)
        {
            return;
        }
        var typed = await TypedAsync(plans, unknown, state, ct);
        var (similar, variants) = await reader.SimilarAsync(tenantId, unknown, typed, ct);
        var candidates = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var word in unknown)
        {
            var its = variants[word].ToList();
            // Few mistakes are made at the first letter.
            if (its.Any(v => v.Lexeme is null && v.Word.StartsWith(word[0])))
            {
                plans.ToList().ForEach(p => p.Terms.Remove(word));
                continue;
            }
            candidates[word] =
            [
                .. similar[word]
                    .Where(s => TypoFinder.IsNear(word, s))
                    .Concat(TypoFinder.InlineNear(word, state))
                    .Concat(
                        its.Where(v =>
                                v.Lexeme is not null && (v.IsKnown || state.HasInline(v.Lexeme))
                            )
                            .Select(v => v.Lexeme!)
                    )
                    .Distinct(StringComparer.Ordinal),
            ];
        }
        var all = candidates.Values.SelectMany(c => c).Distinct(StringComparer.Ordinal).ToArray();
        if (all.Length == 0)
        {
            return;
        }
        await reader.SizeAsync(tenantId, state, all, ct);
        var meant = new Dictionary<string, Correction>(StringComparer.Ordinal);
        foreach (var (word, its) in candidates)
        {
            if (TypoFinder.Best(word, its, state) is { } best)
            {
                meant[word] = new Correction(
                    typed.GetValueOrDefault(word).Word ?? word,
                    variants[word].FirstOrDefault(v => v.Lexeme == best)?.Word ?? best
                )
                {
                    Lexeme = best,
                };
            }
        }
        foreach (var plan in plans)
        {
            TypoFinder.Apply(plan, meant, state);
        }
    }

    // The words that became the unknown lexemes, and the configuration in which they did.
    private async Task<Dictionary<string, (string Config, string Word)>> TypedAsync(
        IReadOnlyList<QueryPlan> plans,
        IReadOnlyCollection<string> unknown,
        IndexState state,
        CancellationToken ct
    )
    {
        var words = plans
            .Where(p => p.Terms.Keys.Any(t => unknown.Contains(t, StringComparer.Ordinal)))
            .SelectMany(p =>
                Words.Of(p.Request.Q).Select(range => p.Request.Q[range].ToLowerInvariant())
            )
            .Where(w => w.All(char.IsLetter))
            .Distinct(StringComparer.Ordinal)
            .ToArray();
        var known = await lexemes.OfAsync([.. state.Configs.Select(c => (c, words))], null, ct);
        var typed = new Dictionary<string, (string, string)>(StringComparer.Ordinal);
        foreach (var (config, its) in state.Configs.Zip(known))
        {
            foreach (var (word, lexeme) in words.Zip(its, (w, l) => (w, l.FirstOrDefault())))
            {
                if (lexeme is not null && unknown.Contains(lexeme, StringComparer.Ordinal))
                {
                    typed.TryAdd(lexeme, (config, word));
                }
            }
        }
        return typed;
    }
}

/// <summary>A word that is one mistake away from one that was typed.</summary>
/// <param name="Lexeme">What it is in the index; null where it is a word that does not count.</param>
/// <param name="IsKnown">Whether the larger segments have it.</param>
internal sealed record TypoVariant(string Word, string? Lexeme, bool IsKnown);
