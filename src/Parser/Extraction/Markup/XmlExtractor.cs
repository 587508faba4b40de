using System.Text;
using Jobs.Parser.Formats;
using Jobs.Parser.Text;

namespace Jobs.Parser.Extraction.Markup;

/// <summary>
/// The text between the tags, and what attributes have of words. Elements within a line of text stay in the line;
/// others begin a new one. What is not well-formed is read as forgivingly as HTML.
/// </summary>
internal sealed class XmlExtractor(HtmlExtractor forgiving) : ITextExtractor
{
    private const int MaxLine = 64 * 1024;

    public IReadOnlyList<DocumentFormat> Formats => [DocumentFormat.Xml];

    public async Task ExtractAsync(
        SourceFile file,
        ExtractedText text,
        CancellationToken cancellationToken
    )
    {
        var head = await file.HeadAsync(cancellationToken);
        var definesEntities = DefinesText(head);
        try
        {
            // Decoded here: a parser would refuse one wrong byte.
            using var source = await TextEncoding.OpenAsync(
                file,
                declares: true,
                cancellationToken
            );
            using var xml = GuardedXml.Open(source, cancellationToken);
            Read(xml, text);
        }
        catch (ParseException e)
            when (e.Code == ParseErrors.Unreadable
                || (e.Code == ParseErrors.XmlEntities && !definesEntities)
            )
        {
            // Cut, a log of many roots, or marks of HTML in it: its text is there all the same.
            text.Clear();
            text.Warn(DocumentWarnings.Damaged);
            await forgiving.ExtractAsync(file, text, cancellationToken);
            if (text.IsEmpty)
            {
                throw;
            }
        }
    }

    // Whether entities have a text, here or elsewhere. Those that only name a picture have none.
    private static bool DefinesText(ReadOnlySpan<byte> head)
    {
        while (head.IndexOf("<!ENTITY"u8) is >= 0 and var at)
        {
            head = head[(at + 1)..];
            var end = head.IndexOf((byte)'>');
            if (end < 0 || head[..end].IndexOf(" NDATA "u8) < 0)
            {
                return true;
            }
        }
        return false;
    }

    private static void Read(GuardedXml xml, ExtractedText text)
    {
        var line = new StringBuilder();
        var beside = new List<string>();
        var tags = 0;
        var element = "";
        while (!text.IsFull && xml.Read())
        {
            if (xml.IsText)
            {
                var value = xml.Value;
                if (string.IsNullOrWhiteSpace(value))
                {
                    // White space with a line end in it is the layout of the file.
                    tags += value.Contains('\n', StringComparison.Ordinal) ? 2 : 0;
                    line.Append(tags < 2 ? " " : "");
                    continue;
                }
                if (tags > 1 || line.Length > MaxLine)
                {
                    End(line, beside, text);
                }
                tags = 0;
                line.Append(value);
                ReadMetadata(element, value, text);
            }
            else
            {
                tags++;
                element = xml.IsStart ? xml.Name : "";
                if (xml.IsStart && WordyAttributes.Of(xml) is { } words)
                {
                    if (tags > 1 || line.Length == 0)
                    {
                        End(line, beside, text);
                        text.AddLine(words);
                    }
                    else
                    {
                        beside.Add(words);
                    }
                }
            }
        }
        End(line, beside, text);
    }

    // What an element within a line says beside it comes after the line.
    private static void End(StringBuilder line, List<string> beside, ExtractedText text)
    {
        if (line.ToString().Trim() is { Length: > 0 } said)
        {
            text.AddLine(said);
        }
        line.Clear();
        beside.ForEach(words => text.AddLine(words));
        beside.Clear();
    }

    private static void ReadMetadata(string element, string value, ExtractedText text)
    {
        switch (element)
        {
            case "title":
                text.Title ??= value;
                break;
            case "creator" or "author":
                text.Author ??= value;
                break;
            case "language":
                text.Language ??= value.Trim();
                break;
            default:
                break;
        }
    }
}
