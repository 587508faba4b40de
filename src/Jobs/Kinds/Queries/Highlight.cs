namespace Jobs.Kinds.Queries;

/// <summary>
/// Turns what <c>ts_headline</c> marked into HTML. The marks are control characters, which stored text never has, so
/// nothing in a document can pass for one.
/// </summary>
internal static class Highlight
{
    private const char Start = '\u0001';
    private const char Stop = '\u0002';
    private const char Divider = '\u0003';

    /// <summary>The options of <c>ts_headline</c> that <see cref="ToHtml"/> understands.</summary>
    public static readonly string Options =
        $"StartSel=\"{Start}\", StopSel=\"{Stop}\", FragmentDelimiter=\"{Divider}\", MaxFragments=3, MinWords=8, MaxWords=30";

    /// <summary>The fragments that have a mark, escaped.</summary>
    public static IReadOnlyList<string> ToHtml(string headline) =>
        [
            .. headline
                .Split(Divider)
                .Where(f => f.Contains(Start, StringComparison.Ordinal))
                .Select(Mark),
        ];

    private static string Mark(string fragment) =>
        string.Join(
                "<mark>",
                fragment
                    .Split(Start)
                    .Select(marked => string.Join("</mark>", marked.Split(Stop).Select(Escape)))
            )
            .Trim();

    private static string Escape(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal)
            .Replace("\"", "&quot;", StringComparison.Ordinal)
            .Replace("'", "&#39;", StringComparison.Ordinal);
}
