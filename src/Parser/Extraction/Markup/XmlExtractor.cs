using System.Text;
using Jobs.Parser.Formats;
using Jobs.Parser.Text;

namespace Jobs.Parser.Extraction.Markup;

/// <summary>The text between the tags. Elements within a line of text stay in the line; others begin a new one.</summary>
internal sealed class XmlExtractor : ITextExtractor
{
    private const int MaxLine = 64 * 1024;

    public IReadOnlyList<DocumentFormat> Formats => [DocumentFormat.Xml];

    public async Task ExtractAsync(
        SourceFile file,
        ExtractedText text,
        CancellationToken cancellationToken
    )
    {
        // Decoded here: a parser would refuse one wrong byte.
        using var source = await TextEncoding.OpenAsync(file, declares: true, cancellationToken);
        using var xml = GuardedXml.Open(source, cancellationToken);
        try
        {
            Read(xml, text);
        }
        catch (ParseException e) when (e.Code == ParseErrors.Unreadable && !text.IsEmpty)
        {
            text.Warn(DocumentWarnings.Damaged);
        }
    }

    private static void Read(GuardedXml xml, ExtractedText text)
    {
        var line = new StringBuilder();
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
                    End(line, text);
                }
                tags = 0;
                line.Append(value);
                ReadMetadata(element, value, text);
            }
            else
            {
                tags++;
                element = xml.IsStart ? xml.Name : "";
            }
        }
        End(line, text);
    }

    private static void End(StringBuilder line, ExtractedText text)
    {
        text.AddLine(line.ToString().Trim());
        line.Clear();
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
