using System.Text;
using Jobs.Parser.Extraction.Markup;

namespace Jobs.Parser.Extraction.Office;

/// <summary>The text of a part of a Word document.</summary>
internal sealed class WordText(
    Dictionary<string, int> headings,
    WordNumbers numbers,
    ExtractedText text,
    CancellationToken cancellationToken
)
{
    private string? style;
    private string? list;
    private int? level;
    private string reading = "";

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
            // Who says what is in it.
            case "comment" when xml.Attribute("author") is { Length: > 0 } author:
                flow.Add(author + ":");
                break;
            case "pPr":
                (style, list, level) = (null, null, null);
                break;
            case "pStyle":
                style = xml.Attribute("val");
                flow.SetHeading(headings.GetValueOrDefault(style ?? ""));
                break;
            case "numId":
                list = xml.Attribute("val");
                break;
            case "ilvl":
                level = WordLists.Number(xml.Attribute("val"));
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
            // A letter of a font that has pictures in place of letters.
            case "sym":
                flow.Append(SymbolFonts.Of(xml.Attribute("font"), xml.Attribute("char")));
                break;
            // How what follows is read aloud; Word shows it above.
            case "rt":
                reading = TextOf(xml);
                return;
            case "noBreakHyphen":
                flow.Append("-");
                break;
            case "tr":
                flow.BeginRow();
                break;
            case "tc":
                flow.BeginCell();
                break;
            // What else a drawing may be drawn as, for older readers; what was deleted or moved away, or was otherwise.
            case "Fallback" or "del" or "moveFrom" or "instrText" or "pPrChange":
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

    private static string TextOf(GuardedXml xml)
    {
        var text = new StringBuilder();
        var depth = xml.Node.Depth;
        while (xml.Read() && !(xml.IsEnd && xml.Node.Depth == depth))
        {
            text.Append(xml is { IsStart: true, Name: "t" } ? xml.Text() : "");
        }
        return text.ToString();
    }

    private void End(string name, Flow flow)
    {
        switch (name)
        {
            case "pPr":
                flow.SetNumber(numbers.Next(style, list, level));
                break;
            case "ruby" when reading.Length > 0:
                flow.Append($" ({reading})");
                reading = "";
                break;
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
