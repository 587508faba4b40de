using System.Text;

namespace Jobs.Kinds.Documents;

/// <summary>Turns what someone typed into a query over names: every word is a prefix, and all must match.</summary>
internal static class NameQuery
{
    private const int MaxWords = 10;

    /// <summary>A <c>tsquery</c>; empty when there is no letter or digit in <paramref name="q"/>.</summary>
    public static string Of(string q)
    {
        var words = new StringBuilder(q.Length);
        foreach (var rune in q.EnumerateRunes())
        {
            // Only letters and digits remain: nothing that could be an operator of tsquery.
            words.Append(Rune.IsLetterOrDigit(rune) ? Rune.ToLowerInvariant(rune).ToString() : " ");
        }
        return string.Join(
            " & ",
            words
                .ToString()
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Take(MaxWords)
                .Select(w => $"{w}:*")
        );
    }
}
