using System.Xml;

namespace Jobs.Parser.Extraction.Markup;

/// <summary>
/// Reads XML from node to node: no document type is looked at, no entity resolved, nothing fetched, and there is an
/// end to how deep elements may be nested.
/// </summary>
internal sealed class GuardedXml : IDisposable
{
    // A node is one string; this is some six times the text that is kept.
    private const long MaxCharacters = 128 * 1024 * 1024;

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Ignore,
        XmlResolver = null,
        MaxCharactersInDocument = MaxCharacters,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        CloseInput = true,
        CheckCharacters = false,
    };

    private readonly XmlReader reader;
    private readonly CancellationToken cancellationToken;

    private GuardedXml(XmlReader reader, CancellationToken cancellationToken)
    {
        this.reader = reader;
        this.cancellationToken = cancellationToken;
    }

    public XmlReader Node => reader;

    public string Name => reader.LocalName;

    /// <summary>The text of the node, which is read only now: it may be broken in the middle.</summary>
    public string Value
    {
        get
        {
            try
            {
                return reader.Value;
            }
            catch (XmlException e)
            {
                throw Translate(e);
            }
        }
    }

    public bool IsStart => reader.NodeType == XmlNodeType.Element;

    public bool IsEnd => reader.NodeType == XmlNodeType.EndElement;

    public bool IsText =>
        reader.NodeType
            is XmlNodeType.Text
                or XmlNodeType.CDATA
                or XmlNodeType.SignificantWhitespace
                or XmlNodeType.Whitespace;

    public static GuardedXml Open(Stream stream, CancellationToken cancellationToken) =>
        new(XmlReader.Create(stream, Settings), cancellationToken);

    public static GuardedXml Open(TextReader text, CancellationToken cancellationToken) =>
        new(XmlReader.Create(text, Settings), cancellationToken);

    /// <summary>Goes to the next node; false after the last one.</summary>
    /// <exception cref="ParseException">It is broken, refers to entities, or is nested too deeply.</exception>
    public bool Read()
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            if (!reader.Read())
            {
                return false;
            }
        }
        catch (XmlException e)
        {
            throw Translate(e);
        }
        return reader.Depth <= ParserLimits.MaxNesting
            ? true
            : throw new ParseException(
                ParseErrors.NestedTooDeep,
                $"Its elements are nested deeper than {ParserLimits.MaxNesting}. Send what is in them in a flatter form."
            );
    }

    /// <summary>Leaves out the element that it is at, with all that is in it; it stays at its end.</summary>
    public void Skip()
    {
        if (reader.IsEmptyElement)
        {
            return;
        }
        var depth = reader.Depth;
        while (Read() && !(IsEnd && reader.Depth == depth)) { }
    }

    /// <summary>The text of the element that it is at; it stays at its end.</summary>
    public string Text()
    {
        if (reader.IsEmptyElement)
        {
            return "";
        }
        var depth = reader.Depth;
        var text = "";
        while (Read() && !(IsEnd && reader.Depth == depth))
        {
            text += IsText ? Value : "";
        }
        return text;
    }

    /// <summary>An attribute by its local name, whatever its prefix; null where there is none.</summary>
    public string? Attribute(string name)
    {
        for (var found = reader.MoveToFirstAttribute(); found; found = reader.MoveToNextAttribute())
        {
            if (reader.LocalName == name)
            {
                var value = reader.Value;
                reader.MoveToElement();
                return value;
            }
        }
        reader.MoveToElement();
        return null;
    }

    public void Dispose() => reader.Dispose();

    // The text of the exception is for people in English, and the one thing that tells them apart.
    private static ParseException Translate(XmlException e) =>
        e.Message.Contains(nameof(Settings.MaxCharactersInDocument), StringComparison.Ordinal)
            ? new ParseException(
                ParseErrors.MemoryLimit,
                $"The file has more than {MaxCharacters / (1024 * 1024)} million characters of markup. Divide it.",
                e
            )
        : e.Message.Contains("entity", StringComparison.OrdinalIgnoreCase)
        || e.Message.Contains("DTD", StringComparison.Ordinal)
            ? new ParseException(
                ParseErrors.XmlEntities,
                "The file uses entities of a document type of its own, which are never resolved. Send a copy in which they are replaced by their text.",
                e
            )
        : new ParseException(
            ParseErrors.Unreadable,
            $"The file is not well-formed in line {e.LineNumber}. Open it in the program that it comes from, and save it anew.",
            e
        );
}
