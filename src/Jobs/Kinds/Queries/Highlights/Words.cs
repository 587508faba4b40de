using System.Globalization;
using Jobs.Kinds.Queries.Index;

namespace Jobs.Kinds.Queries.Highlights;

/// <summary>
/// Divides text into words, near enough to how PostgreSQL does for marking them; each character of a script without
/// spaces is one.
/// </summary>
internal static class Words
{
    public static List<Range> Of(string text)
    {
        var words = new List<Range>();
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            var isWord = i < text.Length && IsWordCharacter(text, i);
            if (isWord && IndexText.IsDense(text.AsSpan(i)))
            {
                if (start >= 0)
                {
                    words.Add(start..i);
                    start = -1;
                }
                var end = i + (char.IsHighSurrogate(text[i]) ? 2 : 1);
                words.Add(i..end);
                i = end - 1;
            }
            else if (isWord && start < 0)
            {
                start = i;
            }
            else if (!isWord && start >= 0)
            {
                words.Add(start..i);
                start = -1;
            }
        }
        return words;
    }

    /// <summary>
    /// What is to be asked of PostgreSQL for each word: in lower case; of a character that is one with its neighbours,
    /// the pairs that it is in.
    /// </summary>
    public static string[] Keys(string text, IReadOnlyList<Range> words)
    {
        var keys = new string[words.Count];
        for (var i = 0; i < keys.Length; i++)
        {
            var word = words[i];
            if (!IndexText.IsDense(text.AsSpan()[word]))
            {
                keys[i] = IndexText.Of(text[word].ToLowerInvariant());
                continue;
            }
            var start = Joins(i - 1, i) ? words[i - 1].Start : word.Start;
            var end = Joins(i, i + 1) ? words[i + 1].End : word.End;
            keys[i] = IndexText.Of(text[start..end]).Trim();
        }
        return keys;

        bool Joins(int first, int second) =>
            first >= 0
            && second < words.Count
            && words[first].End.Equals(words[second].Start)
            && IndexText.IsDense(text.AsSpan()[words[first]])
            && IndexText.IsDense(text.AsSpan()[words[second]]);
    }

    private static bool IsWordCharacter(string text, int index) =>
        char.IsLetterOrDigit(text[index])
        || char.IsSurrogate(text[index])
        || char.GetUnicodeCategory(text[index])
            is UnicodeCategory.NonSpacingMark
                or UnicodeCategory.SpacingCombiningMark;
}
