using System.Text;

namespace Jobs.Kinds.Queries;

/// <summary>
/// Reads what people type into a search field, with the operators of PostgreSQL's <c>websearch_to_tsquery</c>:
/// quotes, <c>-</c> and <c>or</c>, which binds weaker than the rest. Anything is valid; what makes no sense is a word.
/// </summary>
internal static class QuerySyntax
{
    /// <summary>The alternatives of a query, in the order in which they were typed.</summary>
    public static IReadOnlyList<Alternative> Parse(string q)
    {
        var alternatives = new List<Alternative>();
        var words = new StringBuilder();
        var phrases = new List<string>();
        var excluded = new List<string>();
        for (var i = 0; i < q.Length; )
        {
            if (char.IsWhiteSpace(q[i]))
            {
                i++;
                continue;
            }
            var negated =
                q[i] == '-'
                && i + 1 < q.Length
                && (char.IsLetterOrDigit(q[i + 1]) || q[i + 1] == '"');
            var start = negated ? i + 1 : i;
            // A quote that is never closed is none.
            var quoted = q[start] == '"' && q.IndexOf('"', start + 1) > 0;
            var from = quoted ? start + 1 : start;
            var end = quoted ? q.IndexOf('"', from) : EndOfWord(q, from);
            var text = q[from..end];
            i = quoted ? end + 1 : end;
            if (
                !quoted
                && !negated
                && string.Equals(text, "or", StringComparison.OrdinalIgnoreCase)
            )
            {
                End();
                continue;
            }
            if (negated)
            {
                excluded.Add(text.Replace('"', ' '));
                continue;
            }
            if (quoted)
            {
                phrases.Add(text);
            }
            words.Append(text).Append(' ');
        }
        End();
        return alternatives;

        void End()
        {
            // What only excludes would find everything else.
            if (words.Length > 0)
            {
                alternatives.Add(new Alternative(words.ToString(), [.. phrases], [.. excluded]));
            }
            words.Clear();
            phrases.Clear();
            excluded.Clear();
        }
    }

    private static int EndOfWord(string q, int from)
    {
        var end = from;
        while (end < q.Length && !char.IsWhiteSpace(q[end]) && (q[end] != '"' || end == from))
        {
            end++;
        }
        return end;
    }
}

/// <summary>One alternative of a query.</summary>
/// <param name="Words">What ranks: every word that is not excluded, those of phrases too.</param>
/// <param name="Phrases">What must occur; where there is none, any of the words must.</param>
/// <param name="Excluded">Words and phrases that must not occur.</param>
internal sealed record Alternative(
    string Words,
    IReadOnlyList<string> Phrases,
    IReadOnlyList<string> Excluded
)
{
    /// <summary>Phrases and exclusions for <c>websearch_to_tsquery</c>.</summary>
    public string Filter =>
        string.Join(' ', Phrases.Select(p => $"\"{p}\"").Concat(Excluded.Select(e => $"-\"{e}\"")));
}
