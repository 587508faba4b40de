using System.Globalization;

namespace Jobs.Kinds.Queries.Highlights;

/// <summary>Divides text into words, near enough to how PostgreSQL does for marking them.</summary>
internal static class Words
{
    public static List<Range> Of(string text)
    {
        var words = new List<Range>();
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            var isWord = i < text.Length && IsWordCharacter(text, i);
            if (isWord && start < 0)
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

    private static bool IsWordCharacter(string text, int index) =>
        char.IsLetterOrDigit(text[index])
        || char.IsSurrogate(text[index])
        || char.GetUnicodeCategory(text[index])
            is UnicodeCategory.NonSpacingMark
                or UnicodeCategory.SpacingCombiningMark;
}
