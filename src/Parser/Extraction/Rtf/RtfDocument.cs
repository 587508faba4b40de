using System.Text;

namespace Jobs.Parser.Extraction.Rtf;

/// <summary>Makes paragraphs and rows of the tokens of RTF. Notes and boxes follow the paragraph that they stand in.</summary>
internal sealed class RtfDocument(ExtractedText text)
{
    private const int MaxGroups = ParserLimits.MaxNesting;
    private readonly Stack<Group> groups = new();
    private readonly RtfFonts fonts = new();
    private readonly List<byte> bytes = [];
    private readonly Stack<StringBuilder> outer = new();
    private readonly List<string> asides = [];
    private readonly List<string> row = [];
    private readonly StringBuilder property = new();
    private StringBuilder paragraph = new();
    private Group now = new() { UnicodeSkip = 1 };
    private int toSkip;
    private int heading;
    private string shapeProperty = "";
    private bool inTable;

    /// <summary>Whether groups are open.</summary>
    public bool IsUnfinished => groups.Count > 0;

    public void Take(RtfToken token, RtfReader reader)
    {
        if (token.Kind is RtfTokenKind.Byte)
        {
            TakeByte((byte)token.Number!.Value);
            return;
        }
        FlushBytes();
        switch (token.Kind)
        {
            case RtfTokenKind.Open:
                Open();
                break;
            case RtfTokenKind.Close:
                Close();
                break;
            default:
                if (token is { Word: "bin", Number: { } count })
                {
                    reader.Skip(count);
                }
                // What stands in for a character that is not of the code page is left out after it.
                else if (toSkip > 0 && token.Word is not ("u" or "*"))
                {
                    toSkip--;
                }
                else
                {
                    TakeWord(token);
                }
                break;
        }
    }

    public void Complete()
    {
        FlushBytes();
        EndParagraph();
        EndRow();
    }

    private void Open()
    {
        if (groups.Count == MaxGroups)
        {
            throw new ParseException(
                ParseErrors.NestedTooDeep,
                $"Its groups are nested deeper than {MaxGroups}. Save it as .docx or .pdf."
            );
        }
        groups.Push(now);
        now.IsOptional = false;
        toSkip = 0;
    }

    private void Close()
    {
        toSkip = 0;
        if (!groups.TryPop(out var before))
        {
            return;
        }
        if (now.Destination != before.Destination)
        {
            Leave();
        }
        now = before;
    }

    private void Leave()
    {
        switch (now.Destination)
        {
            case RtfDestination.Aside when outer.Count > 0:
                asides.Add(paragraph.ToString());
                paragraph = outer.Pop();
                break;
            case RtfDestination.Title:
                text.Title ??= property.ToString();
                break;
            case RtfDestination.Author:
                text.Author ??= property.ToString();
                break;
            case RtfDestination.Property:
                shapeProperty = property.ToString();
                break;
            // What a picture or a shape says to those who cannot see it.
            case RtfDestination.Value when shapeProperty is "wzDescription" or "gtextUNICODE":
                asides.Add(property.ToString());
                break;
            default:
                break;
        }
    }

    private void TakeByte(byte b)
    {
        if (toSkip > 0)
        {
            toSkip--;
        }
        else if (now.Destination is not (RtfDestination.Skipped or RtfDestination.Fonts))
        {
            bytes.Add(b);
        }
    }

    private void FlushBytes()
    {
        if (bytes.Count > 0)
        {
            Append(fonts.Of(now.Font ?? fonts.DefaultFont).GetString([.. bytes]));
            bytes.Clear();
        }
    }

    private void Append(string run)
    {
        switch (now.Destination)
        {
            case RtfDestination.Text or RtfDestination.Aside:
                paragraph.Append(now.IsDeleted ? "" : run);
                break;
            case RtfDestination.Title
            or RtfDestination.Author
            or RtfDestination.Property
            or RtfDestination.Value:
                property.Append(run);
                break;
            default:
                break;
        }
    }

    private void TakeWord(RtfToken token)
    {
        if (token.Word == "*")
        {
            now.IsOptional = true;
            return;
        }
        if (now.Destination == RtfDestination.Skipped && token.Word != "ud")
        {
            return;
        }
        if (now.Destination == RtfDestination.Fonts)
        {
            fonts.Define(token);
            return;
        }
        if (RtfDestinations.Of(token.Word, now.IsOptional) is { } destination)
        {
            Enter(destination);
        }
        else
        {
            Obey(token);
        }
        now.IsOptional = false;
    }

    private void Enter(RtfDestination destination)
    {
        now.Destination = destination;
        property.Clear();
        if (destination == RtfDestination.Aside)
        {
            outer.Push(paragraph);
            paragraph = new StringBuilder();
        }
    }

    private void Obey(RtfToken token)
    {
        switch (token.Word)
        {
            case "par" or "sect" or "page":
                if (now.Destination == RtfDestination.Aside || inTable)
                {
                    Append("\n");
                }
                else
                {
                    EndParagraph();
                }
                break;
            case "cell" or "nestcell":
                row.Add(OneLine(paragraph));
                paragraph.Clear();
                break;
            case "row" or "nestrow":
                EndRow();
                break;
            case "pard":
                inTable = false;
                heading = 0;
                break;
            case "intbl":
                inTable = true;
                break;
            case "outlinelevel":
                heading = token.Number is >= 0 and < 9 ? token.Number.Value + 1 : 0;
                break;
            case "u" when token.Number is { } code:
                Append(((char)(ushort)code).ToString());
                toSkip = now.UnicodeSkip;
                break;
            case "uc":
                now.UnicodeSkip = Math.Clamp(token.Number ?? 1, 0, 16);
                break;
            case "f":
                now.Font = token.Number;
                break;
            // Under tracking.
            case "deleted":
                now.IsDeleted = token.Number is not 0;
                break;
            case "plain":
                now.Font = null;
                now.IsDeleted = false;
                break;
            case "deff":
                fonts.DefaultFont = token.Number ?? 0;
                break;
            case "ansicpg" when token.Number is > 0:
                fonts.DocumentPage = token.Number.Value;
                break;
            case "mac":
                fonts.DocumentPage = 10000;
                break;
            case "pc":
                fonts.DocumentPage = 437;
                break;
            case "pca":
                fonts.DocumentPage = 850;
                break;
            default:
                Append(RtfSymbols.Of(token.Word));
                break;
        }
    }

    private void EndParagraph()
    {
        text.Add(paragraph.ToString(), heading: heading);
        paragraph.Clear();
        foreach (var aside in asides)
        {
            text.AddParagraphs(aside);
        }
        asides.Clear();
    }

    private void EndRow()
    {
        if (row.Count > 0)
        {
            text.AddRow(row);
            row.Clear();
        }
    }

    private static string OneLine(StringBuilder cell) =>
        string.Join(
            ' ',
            cell.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
        );

    /// <summary>What a group has of its own and gives back at its end.</summary>
    private struct Group
    {
        public RtfDestination Destination;
        public int? Font;
        public int UnicodeSkip;
        public bool IsOptional;
        public bool IsDeleted;
    }
}
