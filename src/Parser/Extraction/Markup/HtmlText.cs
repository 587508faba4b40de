using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Jobs.Parser.Extraction.Office;

namespace Jobs.Parser.Extraction.Markup;

/// <summary>
/// The text of HTML as a reader sees it where no script runs and nothing is fetched: without scripts and styles, with
/// what stands in the place of pictures and players, and with tips and what fields have in them.
/// </summary>
internal static class HtmlText
{
    private static readonly HashSet<string> Unseen = new(StringComparer.OrdinalIgnoreCase)
    {
        "script",
        "style",
        "template",
        "head",
        "annotation",
        "iframe",
        "embed",
    };

    private static readonly HashSet<string> Inline = new(StringComparer.OrdinalIgnoreCase)
    {
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "data",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "img",
        "ins",
        "kbd",
        "label",
        "mark",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
        "button",
        "input",
        "math",
        "semantics",
        "mrow",
        "mi",
        "mn",
        "mo",
        "mtext",
        "msup",
        "msub",
        "mfrac",
        "tspan",
        "tref",
        "acronym",
        "nobr",
        "ruby",
        "rb",
        "rt",
        "rp",
        "slot",
        "output",
        "meter",
        "progress",
        "picture",
        "source",
        "map",
        "area",
    };

    /// <summary>Attributes with words for people.</summary>
    private static readonly string[] Said =
    [
        "alt",
        "title",
        "placeholder",
        "aria-label",
        "summary",
    ];

    // Of an input, those whose value is not seen or no text.
    private static readonly HashSet<string> Silent = new(StringComparer.OrdinalIgnoreCase)
    {
        "hidden",
        "password",
        "checkbox",
        "radio",
        "range",
        "color",
        "file",
    };

    /// <summary>Reads markup.</summary>
    /// <param name="withHead">Whether the text begins with what the head of a page of its own says of it besides its title.</param>
    public static void Read(
        string markup,
        ExtractedText text,
        CancellationToken ct,
        bool withHead = false
    )
    {
        // Deeply nested elements cost the parser the square of their number: it must be able to be stopped.
        var nesting = new Nesting(ct);
        var options = new HtmlParserOptions { OnToken = (token, _) => nesting.Take(token) };
        using var document = new HtmlParser(options).ParseDocument(markup);
        text.Title ??= document.Title;
        text.Language ??= document.DocumentElement.GetAttribute("lang");
        var head = document.Head?.Children.OfType<IHtmlMetaElement>().ToList() ?? [];
        text.Author ??= Meta(head, "author") ?? Meta(head, "dc.creator");
        text.AuthoredAt ??= PackageProperties.Date(
            Meta(head, "dcterms.created") ?? Meta(head, "date")
        );
        if (withHead)
        {
            text.Add(Meta(head, "description"));
            text.Add(Meta(head, "keywords"));
        }
        Walk(document.Body ?? document.DocumentElement, text, ct);
    }

    private static string? Meta(List<IHtmlMetaElement> head, string name) =>
        head.Find(m => string.Equals(m.Name, name, StringComparison.OrdinalIgnoreCase))?.Content;

    // On a stack of our own and not by recursion: elements may be nested deeper than a thread's stack is. By index
    // and not by sibling: finding a node's sibling takes as long as it has siblings.
    private static void Walk(INode root, ExtractedText text, CancellationToken ct)
    {
        var blocks = new HtmlBlocks(text);
        var open = new Stack<(INode Node, int NextChild)>();
        open.Push((root, 0));
        while (open.Count > 0 && !text.IsFull)
        {
            ct.ThrowIfCancellationRequested();
            var (node, next) = open.Pop();
            if (next == 0)
            {
                Enter(node, blocks);
            }
            if (next < node.ChildNodes.Length && !Unseen.Contains(node.NodeName))
            {
                open.Push((node, next + 1));
                open.Push((node.ChildNodes[next], 0));
            }
            else
            {
                Leave(node, blocks, text);
            }
        }
        blocks.End();
    }

    private static void Enter(INode node, HtmlBlocks blocks)
    {
        if (node is IText run)
        {
            blocks.Append(run.Data);
        }
        else if (node is IElement element && !Unseen.Contains(element.LocalName))
        {
            if (element.LocalName is "br" or "hr")
            {
                blocks.Add('\n');
            }
            else if (element.LocalName is "td" or "th")
            {
                blocks.Add('\t');
            }
            else if (!Inline.Contains(element.LocalName))
            {
                blocks.End();
            }
            AddSaid(element, blocks);
        }
    }

    private static void AddSaid(IElement element, HtmlBlocks blocks)
    {
        if (element.Attributes.Length == 0)
        {
            return;
        }
        foreach (var name in Said)
        {
            blocks.AddAside(element.GetAttribute(name));
        }
        if (element.LocalName == "input" && !Silent.Contains(element.GetAttribute("type") ?? ""))
        {
            blocks.AddAside(element.GetAttribute("value"));
        }
        else if (element.LocalName is "optgroup" or "track" or "option")
        {
            blocks.AddAside(element.GetAttribute("label"));
        }
    }

    private static void Leave(INode node, HtmlBlocks blocks, ExtractedText text)
    {
        if (node is IElement element && element.LocalName is not ("br" or "td" or "th"))
        {
            if (element is IHtmlHeadingElement)
            {
                text.Title ??= blocks.Text;
                blocks.End(element.LocalName[1] - '0');
            }
            else if (!Inline.Contains(element.LocalName))
            {
                blocks.End();
            }
        }
    }
}
