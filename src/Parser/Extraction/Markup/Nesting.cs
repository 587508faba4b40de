using AngleSharp.Html.Parser;
using AngleSharp.Html.Parser.Tokens;

namespace Jobs.Parser.Extraction.Markup;

/// <summary>Counts how deeply the elements of HTML are nested while they are parsed, and stops the parser.</summary>
internal sealed class Nesting(CancellationToken cancellationToken)
{
    // The tree is built in a time that grows with the square of its depth.
    private const int MaxDepth = 5_000;

    // Those that never have an end, or end by themselves where the next of them begins.
    private static readonly HashSet<string> Unended = new(StringComparer.OrdinalIgnoreCase)
    {
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
        "p",
        "li",
        "dt",
        "dd",
        "tr",
        "td",
        "th",
        "tbody",
        "thead",
        "tfoot",
        "option",
        "optgroup",
        "rt",
        "rp",
    };

    private int depth;

    public void Take(HtmlToken token)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (token.Type == HtmlTokenType.StartTag && !Unended.Contains(token.Name))
        {
            depth++;
        }
        else if (token.Type == HtmlTokenType.EndTag && depth > 0 && !Unended.Contains(token.Name))
        {
            depth--;
        }
        if (depth > MaxDepth)
        {
            throw new ParseException(
                ParseErrors.NestedTooDeep,
                $"Its elements are nested deeper than {MaxDepth}. Send what is in them in a flatter form."
            );
        }
    }
}
