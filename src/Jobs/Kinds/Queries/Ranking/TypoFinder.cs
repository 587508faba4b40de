using System.Globalization;
using System.Text;
using Jobs.Kinds.Queries.Index;

namespace Jobs.Kinds.Queries.Ranking;

/// <summary>Which word is meant by one that nothing has: the most frequent that is one mistake away.</summary>
internal static class TypoFinder
{
    /// <summary>Shorter words have too many neighbours.</summary>
    public const int Shortest = 3;

    // A text of nothing but unknown words is not mistyped, and each costs some milliseconds.
    private const int MostOfQuery = 8;

    // Of a shorter one only that a letter is missing, and not the first.
    private const int ShortestWithNeighbours = 4;

    /// <summary>The words of plans that nothing has, as the index would have them.</summary>
    public static IEnumerable<string> Unknown(IEnumerable<QueryPlan> plans, IndexState state) =>
        plans
            .SelectMany(p =>
                p.Places.Values.Where(place => place.All(l => state[l] == 0))
                    .SelectMany(place => place)
                    .Where(l => l.Length >= Shortest && l.All(char.IsLetter))
                    .Distinct(StringComparer.Ordinal)
                    .Take(MostOfQuery)
            )
            .Distinct(StringComparer.Ordinal);

    /// <summary>Words of small segments that may be meant.</summary>
    public static IEnumerable<string> InlineNear(string word, IndexState state) =>
        state
            .Inline.SelectMany(m => m.Inline!.Lexemes)
            .Where(l => !FilterTerms.IsFilter(l) && IsNear(word, l))
            .Distinct(StringComparer.Ordinal);

    /// <summary>The best of the words that are one mistake away; null where there is none.</summary>
    public static string? Best(string word, IEnumerable<string> near, IndexState state) =>
        near.Where(n => state[n] > 0)
            .Where(n =>
                word.Length >= ShortestWithNeighbours || (n.Length > word.Length && n[0] == word[0])
            )
            // An accent that is missing is no mistake of the hand; and few are made at the first letter.
            .OrderByDescending(n => IsSameButForAccents(n, word))
            .ThenByDescending(n => n[0] == word[0])
            .ThenByDescending(n => state[n])
            .ThenBy(n => n, StringComparer.Ordinal)
            .FirstOrDefault();

    /// <summary>Searches for what is meant instead of what was typed.</summary>
    public static void Apply(
        QueryPlan plan,
        IReadOnlyDictionary<string, Correction> meant,
        IndexState state
    )
    {
        var typed = plan
            .Places.Values.Where(place => place.All(l => state[l] == 0))
            .SelectMany(place => place)
            .Distinct(StringComparer.Ordinal)
            .Where(meant.ContainsKey);
        foreach (var word in typed.ToList())
        {
            var correct = meant[word].Lexeme;
            if (!plan.Terms.Remove(word, out var term))
            {
                continue;
            }
            if (plan.Terms.TryGetValue(correct, out var present))
            {
                present.Repeats += term.Repeats;
            }
            else
            {
                plan.Terms.Add(correct, term);
            }
            foreach (var alternative in plan.Alternatives.Where(a => a.Words.Contains(word)))
            {
                alternative.Words.Add(correct);
            }
            plan.Corrections.Add(meant[word]);
        }
    }

    /// <summary>Whether one letter was left out, put in, replaced, or two neighbours changed places.</summary>
    public static bool IsNear(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > 1)
        {
            return false;
        }
        var start = a.AsSpan().CommonPrefixLength(b);
        var restA = a.AsSpan(start);
        var restB = b.AsSpan(start);
        return a.Length == b.Length
                ? restA.Length > 0
                    && (
                        restA[1..].SequenceEqual(restB[1..])
                        || (
                            restA.Length > 1
                            && restA[0] == restB[1]
                            && restA[1] == restB[0]
                            && restA[2..].SequenceEqual(restB[2..])
                        )
                    )
            : a.Length > b.Length ? restA[1..].SequenceEqual(restB)
            : restB[1..].SequenceEqual(restA);
    }

    private static bool IsSameButForAccents(string a, string b) =>
        (!Ascii.IsValid(a) || !Ascii.IsValid(b))
        && string.Equals(Bare(a), Bare(b), StringComparison.Ordinal);

    private static string Bare(string word) =>
        string.Concat(
            word.Normalize(NormalizationForm.FormD)
                .Where(c => char.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
        );
}
