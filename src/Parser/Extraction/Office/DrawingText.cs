using System.Globalization;
using Jobs.Parser.Extraction.Markup;

namespace Jobs.Parser.Extraction.Office;

/// <summary>The text of what is drawn in Office documents: slides, shapes, charts, diagrams and their comments.</summary>
internal static class DrawingText
{
    /// <summary>Reads a part; one that is missing says nothing, and a broken one takes nothing from the others.</summary>
    /// <param name="isMaster">Whether its placeholders only say what is to stand in them.</param>
    public static void Read(
        GuardedArchive archive,
        string part,
        int? page,
        ExtractedText text,
        CancellationToken ct,
        bool isMaster = false
    )
    {
        if (archive.Find(part) is not { } entry)
        {
            return;
        }
        try
        {
            Read(archive.OpenEntry(entry), page, isMaster, text, ct);
        }
        catch (ParseException e) when (e.Code == ParseErrors.Unreadable && !text.IsEmpty)
        {
            text.Warn(DocumentWarnings.Damaged);
        }
    }

    private static void Read(
        Stream part,
        int? page,
        bool isMaster,
        ExtractedText text,
        CancellationToken ct
    )
    {
        var flow = new Flow(text) { Page = page };
        var isTitle = false;
        var isNumber = false;
        var isHidden = false;
        var inCategories = false;
        var comment = -1;
        using var xml = GuardedXml.Open(part, ct);
        while (!text.IsFull && xml.Read())
        {
            switch (xml.Name)
            {
                case "sp" when xml.IsStart:
                    isTitle = false;
                    isNumber = false;
                    isHidden = false;
                    break;
                case "ph" when xml.IsStart:
                    isTitle = xml.Attribute("type") is "title" or "ctrTitle";
                    isNumber = xml.Attribute("type") is "sldNum";
                    isHidden = isMaster;
                    break;
                case "Fallback" when xml.IsStart:
                    xml.Skip();
                    break;
                // What a picture or a shape says to those who cannot see it.
                case "cNvPr" when xml.IsStart && xml.Attribute("descr") is { Length: > 0 } said:
                    flow.Add(said);
                    break;
                // A comment, as Excel and PowerPoint have it.
                case "text" when xml is { IsStart: true, Node.IsEmptyElement: false }:
                    flow.BeginParagraph();
                    comment = xml.Node.Depth;
                    break;
                case "text" when xml.IsEnd:
                    flow.EndParagraph();
                    comment = -1;
                    break;
                case "" when xml.IsText && xml.Node.Depth == comment + 1:
                    flow.Append(xml.Value);
                    break;
                case "p" when xml is { IsStart: true, Node.IsEmptyElement: false }:
                    flow.BeginParagraph(isTitle ? 1 : 0);
                    break;
                case "p" when xml.IsEnd:
                    flow.EndParagraph();
                    break;
                case "t" when xml.IsStart:
                    var run = xml.Text();
                    flow.Append(isNumber || isHidden ? "" : run);
                    break;
                // What the points of a chart are called: years are numbers too.
                case "cat":
                    inCategories = xml is { IsStart: true, Node.IsEmptyElement: false };
                    break;
                case "v" when xml.IsStart:
                    var value = xml.Text();
                    flow.Append(inCategories ? value : Value(value));
                    break;
                case "br" when xml.IsStart:
                    flow.Append("\n");
                    break;
                case "tr" when xml.IsStart:
                    flow.BeginRow();
                    break;
                case "tr" when xml.IsEnd:
                    flow.EndRow();
                    break;
                case "tc" when xml is { IsStart: true, Node.IsEmptyElement: false }:
                    flow.BeginCell();
                    break;
                case "tc" when xml.IsEnd:
                    flow.EndCell();
                    break;
                default:
                    break;
            }
        }
    }

    // The words of a chart are text; its numbers are what its picture shows.
    private static string Value(string value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
            ? ""
            : value;
}
