using Jobs.Parser.Extraction.Markup;

namespace Jobs.Parser.Extraction.Office;

/// <summary>The text of a part of a Word document.</summary>
internal sealed class WordText(
    Dictionary<string, int> headings,
    ExtractedText text,
    CancellationToken cancellationToken
)
{
    public void Read(Stream part)
    {
        var flow = new Flow(text);
        using var xml = GuardedXml.Open(part, cancellationToken);
        while (!text.IsFull && xml.Read())
        {
            if (xml.IsStart)
            {
                Start(xml, flow);
            }
            else if (xml.IsEnd)
            {
                End(xml.Name, flow);
            }
        }
    }

    private void Start(GuardedXml xml, Flow flow)
    {
        switch (xml.Name)
        {
            case "p":
                flow.BeginParagraph();
                break;
            case "pStyle":
                flow.SetHeading(headings.GetValueOrDefault(xml.Attribute("val") ?? ""));
                break;
            case "outlineLvl" when WordStyles.OfOutline(xml.Attribute("val")) is { } level:
                flow.SetHeading(level);
                break;
            case "t":
                flow.Append(xml.Text());
                break;
            case "tab" or "ptab":
                // In the properties of a paragraph it is a stop and has a position.
                flow.Append(xml.Attribute("pos") is null ? "\t" : "");
                break;
            case "br" or "cr":
                flow.Append("\n");
                break;
            // What a picture says to those who cannot see it; letters that are drawn, such as a watermark.
            case "docPr":
                AddSaid(xml.Attribute("title"), flow);
                AddSaid(xml.Attribute("descr"), flow);
                break;
            case "shape" or "rect" or "oval" or "roundrect":
                AddSaid(xml.Attribute("alt"), flow);
                break;
            case "textpath" when xml.Attribute("string") is { Length: > 0 } drawn:
                flow.Add(drawn);
                break;
            case "noBreakHyphen":
                flow.Append("-");
                break;
            case "tr":
                flow.BeginRow();
                break;
            case "tc":
                flow.BeginCell();
                break;
            // What else a drawing may be drawn as, for older readers; what was deleted or moved away.
            case "Fallback" or "del" or "moveFrom" or "instrText":
                xml.Skip();
                return;
            default:
                break;
        }
        if (xml.Node is { NodeType: System.Xml.XmlNodeType.Element, IsEmptyElement: true })
        {
            End(xml.Name, flow);
        }
    }

    private static void AddSaid(string? said, Flow flow)
    {
        if (!string.IsNullOrWhiteSpace(said))
        {
            flow.Add(said);
        }
    }

    private static void End(string name, Flow flow)
    {
        switch (name)
        {
            case "p":
                flow.EndParagraph();
                break;
            case "tc":
                flow.EndCell();
                break;
            case "tr":
                flow.EndRow();
                break;
            default:
                break;
        }
    }
}
