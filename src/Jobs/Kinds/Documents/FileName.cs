using System.Globalization;
using System.Text;
using Jobs.Parser.Text;

namespace Jobs.Kinds.Documents;

/// <summary>What is kept of the name that a sender gave a file: a label for people, never a path.</summary>
internal static class FileName
{
    private const string Unnamed = "unnamed";

    /// <summary>
    /// The last segment of a path of any system, without control and formatting characters, at most
    /// <see cref="DocumentLimits.MaxName"/> long with its extension kept.
    /// </summary>
    public static string Clean(string name)
    {
        var segment = name.AsSpan()[(name.AsSpan().LastIndexOfAny('/', '\\') + 1)..];
        var kept = new StringBuilder(segment.Length);
        foreach (var rune in segment.EnumerateRunes())
        {
            // Formatting characters turn the reading direction and can disguise an extension.
            if (
                Rune.GetUnicodeCategory(rune)
                is not (UnicodeCategory.Control or UnicodeCategory.Format)
            )
            {
                kept.Append(rune.ToString());
            }
        }
        var clean = kept.ToString().Trim();
        if (clean.Length == 0)
        {
            return Unnamed;
        }
        if (clean.Length <= DocumentLimits.MaxName)
        {
            return clean;
        }
        var extension = Path.GetExtension(clean);
        var room = DocumentLimits.MaxName - (extension.Length <= 20 ? extension.Length : 0);
        return string.Concat(CleanText.Cut(clean, room), extension.Length <= 20 ? extension : "");
    }
}
