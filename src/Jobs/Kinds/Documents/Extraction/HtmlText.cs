using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace Jobs.Kinds.Documents.Extraction;

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
        "svg",
        "math",
        "iframe",
        "object",
        "embed",
        "canvas",
        "audio",
        "video",
        "select",
        "textarea",
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
    };

    public static void Read(string markup, ExtractedText text)
    {
        using var document = new HtmlParser().ParseDocument(markup);
        text.Title ??= document.Title;
        text.Language ??= document.DocumentElement.GetAttribute("lang");
        text.Author ??= document
            .Head?.Children.OfType<IHtmlMetaElement>()
            .FirstOrDefault(m =>
                string.Equals(m.Name, "author", StringComparison.OrdinalIgnoreCase)
            )
            ?.Content;
        Walk(document.Body ?? document.DocumentElement, text);
    }

    // By pointers and not by recursion: elements may be nested deeper than a stack is.
    private static void Walk(INode root, ExtractedText text)
    {
        var block = new StringBuilder();
        var node = root;
        while (!text.IsFull)
        {
            Enter(node, block, text);
            if (node.FirstChild is { } child && !Unseen.Contains(node.NodeName))
            {
                node = child;
                continue;
            }
            while (node != root && node.NextSibling is null)
            {
                node = node.Parent!;
                Leave(node, block, text);
            }
            if (node == root)
            {
                break;
            }
            Leave(node, block, text);
            node = node.NextSibling!;
        }
        End(block, text, isHeading: false);
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
                End(block, text, isHeading: false);
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
                End(block, text, isHeading: true);
            }
            else if (!Inline.Contains(element.LocalName))
            {
                End(block, text, isHeading: false);
            }
        }
    }

    private static void End(StringBuilder block, ExtractedText text, bool isHeading)
    {
        if (block.Length > 0)
        {
            text.Add(block.ToString(), isHeading: isHeading);
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
