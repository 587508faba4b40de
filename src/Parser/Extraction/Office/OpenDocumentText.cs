using System.Globalization;
using Jobs.Parser.Extraction.Markup;

namespace Jobs.Parser.Extraction.Office;

/// <summary>The text of a part of an OpenDocument.</summary>
internal sealed class OpenDocumentText(ExtractedText text, CancellationToken cancellationToken)
{
    private const int MaxSpaces = 100;
    private bool isSpreadsheet;

    /// <summary>Slides of a presentation; 0 for others.</summary>
    public int Slides { get; private set; }

    public void Read(Stream part)
    {
        var flow = new Flow(text);
        var repeated = new Stack<int>();
        using var xml = GuardedXml.Open(part, cancellationToken);
        while (!text.IsFull && xml.Read())
        {
            if (xml.IsStart)
            {
                Start(xml, flow, repeated);
            }
            else if (xml.IsEnd)
            {
                End(xml.Name, flow, repeated);
            }
            else if (xml.IsText && flow.InParagraph)
            {
                // White space of the file is one space, as in HTML.
                flow.Append(xml.Value.ReplaceLineEndings(" "));
            }
        }
    }

    private void Start(GuardedXml xml, Flow flow, Stack<int> repeated)
    {
        var isEmpty = xml.Node.IsEmptyElement;
        switch (xml.Name)
        {
            case "h":
                flow.BeginParagraph(Number(xml.Attribute("outline-level"), 1, 9));
                break;
            case "p" when xml.Node.NamespaceURI.Contains(":text:", StringComparison.Ordinal):
                flow.BeginParagraph();
                break;
            case "tab":
                flow.Append("\t");
                break;
            case "line-break":
                flow.Append("\n");
                break;
            case "s":
                flow.Append(new string(' ', Number(xml.Attribute("c"), 1, MaxSpaces)));
                break;
            case "spreadsheet":
                isSpreadsheet = true;
                break;
            case "table" when isSpreadsheet && xml.Attribute("name") is { } name:
                text.Add(name, heading: 1);
                break;
            case "table-row":
                flow.BeginRow();
                break;
            case "table-cell" or "covered-table-cell":
                repeated.Push(Number(xml.Attribute("number-columns-repeated"), 1, 16_384));
                flow.BeginCell();
                break;
            case "page" when xml.Node.NamespaceURI.Contains(":drawing:", StringComparison.Ordinal):
                flow.Page = ++Slides;
                break;
            // What a picture or a shape says to those who cannot see it.
            case "title" or "desc":
                flow.Append(xml.Text());
                return;
            // Not text of the document: what was deleted, numbers that a viewer fills in.
            case "tracked-changes"
            or "automatic-styles"
            or "page-number"
            or "note-citation"
            or "settings"
            or "scripts":
                xml.Skip();
                return;
            default:
                // What is beside a field of a form, and what is in it.
                if (xml.Node.NamespaceURI.Contains(":form:", StringComparison.Ordinal))
                {
                    AddSaid(xml.Attribute("label"), flow);
                    AddSaid(xml.Attribute("current-value"), flow);
                }
                break;
        }
        if (isEmpty)
        {
            End(xml.Name, flow, repeated);
        }
    }

    private static void AddSaid(string? said, Flow flow)
    {
        if (!string.IsNullOrWhiteSpace(said))
        {
            flow.Add(said);
        }
    }

    private static void End(string name, Flow flow, Stack<int> repeated)
    {
        switch (name)
        {
            case "h" or "p":
                flow.EndParagraph();
                break;
            case "table-cell" or "covered-table-cell":
                flow.EndCell(repeated.TryPop(out var times) ? times : 1);
                break;
            case "table-row":
                flow.EndRow();
                break;
            default:
                break;
        }
    }

    private static int Number(string? value, int otherwise, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? Math.Clamp(number, 1, most)
            : otherwise;
}
