namespace Jobs.Parser.Extraction.Markup;

/// <summary>
/// What the attributes of an XML element say to people: titles and labels, whatever has several words, and the values of
/// elements that have nothing but attributes. Names, numbers, addresses and styles are for programs.
/// </summary>
internal static class WordyAttributes
{
    private static readonly HashSet<string> Said = new(StringComparer.OrdinalIgnoreCase)
    {
        "title",
        "label",
        "caption",
        "alt",
        "text",
        "summary",
        "description",
        "desc",
        "comment",
        "note",
        "subject",
        "heading",
        "message",
        "tooltip",
    };

    private static readonly HashSet<string> Technical = new(StringComparer.OrdinalIgnoreCase)
    {
        "id",
        "ref",
        "idref",
        "href",
        "src",
        "url",
        "uri",
        "class",
        "style",
        "version",
        "encoding",
        "format",
        "pattern",
        "xpath",
        "select",
        "match",
        "test",
        "d",
        "points",
        "transform",
        "viewBox",
    };

    // Vocabularies whose attributes only say how something looks or is built.
    private static readonly string[] Vocabularies =
    [
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/XSL/",
        "http://www.w3.org/2001/XMLSchema",
        "http://schemas.microsoft.com/",
        "http://schemas.openxmlformats.org/",
        "urn:schemas-microsoft-com:",
        "urn:oasis:names:tc:opendocument:",
    ];

    /// <summary>The words of the element that it is at, a tab between them; null where there are none.</summary>
    public static string? Of(GuardedXml xml)
    {
        var node = xml.Node;
        if (
            !node.HasAttributes
            || Array.Exists(
                Vocabularies,
                v => node.NamespaceURI.StartsWith(v, StringComparison.Ordinal)
            )
        )
        {
            return null;
        }
        var isEmpty = node.IsEmptyElement;
        var words = new List<string>();
        var says = false;
        for (var found = node.MoveToFirstAttribute(); found; found = node.MoveToNextAttribute())
        {
            if (node.Prefix.Length > 0 || node.Name == "xmlns" || Technical.Contains(node.Name))
            {
                continue;
            }
            var value = node.Value;
            var isSaid = Said.Contains(node.Name) || IsPhrase(value);
            if (isSaid || isEmpty)
            {
                words.Add(value.Trim());
                says |= isSaid ? value.AsSpan().Trim().Length > 0 : value.Any(char.IsLetter);
            }
        }
        node.MoveToElement();
        return says ? string.Join('\t', words) : null;
    }

    // Letters on both sides of a space.
    private static bool IsPhrase(string value)
    {
        var isAfterWord = false;
        var isAfterSpace = false;
        foreach (var c in value)
        {
            if (char.IsLetter(c))
            {
                if (isAfterWord && isAfterSpace)
                {
                    return true;
                }
                isAfterWord = true;
            }
            isAfterSpace = char.IsWhiteSpace(c);
        }
        return false;
    }
}
