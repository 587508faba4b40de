using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Jobs.Parser.Extraction.Office;

namespace Jobs.Parser.Extraction.Markup;

/// <summary>The text of HTML as a reader sees it, without scripts and styles; nothing in it is run or fetched.</summary>
internal static class HtmlText
{
    private static readonly HashSet<string> Unseen = new(StringComparer.OrdinalIgnoreCase)
    {
        "script",
        "style",
        "noscript",
        "template",
        "head",
        "annotation",
        "iframe",
        "object",
        "embed",
        "canvas",
        "audio",
        "video",
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
    };

    public static void Read(string markup, ExtractedText text, CancellationToken ct)
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
        Walk(document.Body ?? document.DocumentElement, text, ct);
    }

    private static string? Meta(List<IHtmlMetaElement> head, string name) =>
        head.Find(m => string.Equals(m.Name, name, StringComparison.OrdinalIgnoreCase))?.Content;

    // On a stack of our own and not by recursion: elements may be nested deeper than a thread's stack is. By index
    // and not by sibling: finding a node's sibling takes as long as it has siblings.
    private static void Walk(INode root, ExtractedText text, CancellationToken ct)
    {
        var block = new StringBuilder();
        var open = new Stack<(INode Node, int NextChild)>();
        open.Push((root, 0));
        while (open.Count > 0 && !text.IsFull)
        {
            ct.ThrowIfCancellationRequested();
            var (node, next) = open.Pop();
            if (next == 0)
            {
                Enter(node, block, text);
            }
            if (next < node.ChildNodes.Length && !Unseen.Contains(node.NodeName))
            {
                open.Push((node, next + 1));
                open.Push((node.ChildNodes[next], 0));
            }
            else
            {
                Leave(node, block, text);
            }
        }
        End(block, text, heading: 0);
    }

    private static void Enter(INode node, StringBuilder block, ExtractedText text)
    {
        if (node is IText run)
        {
            Append(run.Data, block);
        }
        else if (node is IElement element)
        {
            if (element.LocalName is "br" or "hr")
            {
                block.Append('\n');
            }
            else if (element.LocalName is "td" or "th")
            {
                block.Append('\t');
            }
            else if (!Inline.Contains(element.LocalName))
            {
                End(block, text, heading: 0);
            }
        }
    }

    private static void Leave(INode node, StringBuilder block, ExtractedText text)
    {
        if (node is IElement element && element.LocalName is not ("br" or "td" or "th"))
        {
            if (element is IHtmlHeadingElement)
            {
                text.Title ??= block.ToString();
                End(block, text, element.LocalName[1] - '0');
            }
            else if (!Inline.Contains(element.LocalName))
            {
                End(block, text, heading: 0);
            }
        }
    }

    private static void End(StringBuilder block, ExtractedText text, int heading)
    {
        if (block.Length > 0)
        {
            text.Add(block.ToString(), heading: heading);
            block.Clear();
        }
    }

    // White space of markup is one space, whatever it is.
    private static void Append(string run, StringBuilder block)
    {
        foreach (var c in run)
        {
            if (!char.IsWhiteSpace(c))
            {
                block.Append(c);
            }
            else if (block.Length > 0 && block[^1] is not (' ' or '\n' or '\t'))
            {
                block.Append(c == '\u00A0' ? c : ' ');
            }
        }
    }
}
