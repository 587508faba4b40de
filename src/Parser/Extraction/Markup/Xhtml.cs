using System.Text.RegularExpressions;

namespace Jobs.Parser.Extraction.Markup;

/// <summary>What tells XHTML from HTML for a parser of HTML.</summary>
internal static partial class Xhtml
{
    private const int MaxProlog = 4096;

    /// <summary>
    /// Elements that end in themselves, as <c>&lt;title/&gt;</c> does, get an end of their own: HTML would take all that
    /// follows for their content. Text that is marked as such is text; HTML would take it for a comment.
    /// </summary>
    public static string AsHtml(string markup)
    {
        markup = WithoutDeclarations(markup);
        return markup.Contains("xmlns", StringComparison.Ordinal)
            ? AsText(Ended().Replace(markup, "<${name}${rest}></${name}>"))
            : markup;
    }

    // What a document type declares would be text for HTML from its first > on.
    private static string WithoutDeclarations(string markup)
    {
        var type = markup.IndexOf("<!DOCTYPE", StringComparison.OrdinalIgnoreCase);
        if (type is < 0 or > MaxProlog)
        {
            return markup;
        }
        var declared = markup.AsSpan(type).IndexOfAny('[', '>');
        if (declared < 0 || markup[type + declared] != '[')
        {
            return markup;
        }
        var end = EndOfDeclarations().Match(markup, type + declared);
        return end.Success ? markup[..type] + markup[(end.Index + end.Length)..] : markup;
    }

    private static string AsText(string markup) =>
        markup.Contains("<![CDATA[", StringComparison.Ordinal)
            ? Marked()
                .Replace(
                    markup,
                    m =>
                        m.Groups["text"]
                            .Value.Replace("&", "&amp;", StringComparison.Ordinal)
                            .Replace("<", "&lt;", StringComparison.Ordinal)
                )
            : markup;

    [GeneratedRegex(@"\]\s{0,100}>", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex EndOfDeclarations();

    [GeneratedRegex(
        @"<!\[CDATA\[(?<text>.*?)\]\]>",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Marked();

    [GeneratedRegex(
        "<(?<name>title|script|style|textarea|iframe|noscript|template|a|b|i|em|strong|div|span|p|h[1-6]|td|th|li|ul|ol|select|object|canvas|video|audio)(?<rest>(\\s[^<>]{0,500})?)/>",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Ended();
}
