using System.Text.RegularExpressions;

namespace Jobs.Parser.Extraction.Markup;

/// <summary>What tells XHTML from HTML for a parser of HTML.</summary>
internal static partial class Xhtml
{
    /// <summary>
    /// Elements that end in themselves, as <c>&lt;title/&gt;</c> does, get an end of their own: HTML would take all that
    /// follows for their content.
    /// </summary>
    public static string AsHtml(string markup) =>
        markup.Contains("xmlns", StringComparison.Ordinal)
            ? Ended().Replace(markup, "<${name}${rest}></${name}>")
            : markup;

    [GeneratedRegex(
        "<(?<name>title|script|style|textarea|iframe|noscript|template|a|b|i|em|strong|div|span|p|h[1-6]|td|th|li|ul|ol|select|object|canvas|video|audio)(?<rest>(\\s[^<>]{0,500})?)/>",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Ended();
}
