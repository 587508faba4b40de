using System.Text;

namespace Jobs.Parser.Extraction;

/// <summary>
/// Makes blocks and rows of what office formats have: paragraphs within paragraphs (notes, boxes) come after the one
/// that they stand in, tables within tables go into the cell that they stand in. Not thread-safe.
/// </summary>
internal sealed class Flow(ExtractedText text)
{
    private readonly Stack<Paragraph> paragraphs = new();
    private readonly List<Paragraph> deferred = [];
    private readonly Stack<List<string>> rows = new();
    private readonly Stack<StringBuilder> cells = new();

    public int? Page { get; set; }

    public bool InParagraph => paragraphs.Count > 0;

    public void BeginParagraph(int heading = 0) =>
        paragraphs.Push(new Paragraph { Heading = heading });

    /// <summary>Makes the present paragraph a heading of this level.</summary>
    public void SetHeading(int level)
    {
        if (paragraphs.TryPeek(out var paragraph))
        {
            paragraph.Heading = level;
        }
    }

    /// <summary>What the present paragraph is numbered with, shown before its text.</summary>
    public void SetNumber(string number)
    {
        if (paragraphs.TryPeek(out var paragraph))
        {
            paragraph.Number = number;
        }
    }

    public void Append(string run)
    {
        if (paragraphs.TryPeek(out var paragraph))
        {
            paragraph.Text.Append(run);
        }
        else if (!string.IsNullOrWhiteSpace(run))
        {
            // Text that stands in no paragraph makes one.
            Add(run);
        }
    }

    /// <summary>A paragraph of its own, wherever it stands.</summary>
    public void Add(string paragraph)
    {
        BeginParagraph();
        Append(paragraph);
        EndParagraph();
    }

    public void EndParagraph()
    {
        if (!paragraphs.TryPop(out var paragraph))
        {
            return;
        }
        if (cells.TryPeek(out var cell))
        {
            AddTo(cell, paragraph.Whole);
        }
        else if (paragraphs.Count > 0)
        {
            deferred.Add(paragraph);
        }
        else
        {
            Write(paragraph);
            foreach (var inner in deferred)
            {
                Write(inner);
            }
            deferred.Clear();
        }
    }

    public void BeginRow() => rows.Push([]);

    public void BeginCell() => cells.Push(new StringBuilder());

    /// <summary>Ends the present cell.</summary>
    /// <param name="repeated">How often the cell stands there; only one that has text is written again.</param>
    public void EndCell(int repeated = 1)
    {
        if (!cells.TryPop(out var cell) || !rows.TryPeek(out var row))
        {
            return;
        }
        var value = cell.ToString();
        row.AddRange(
            Enumerable.Repeat(value, Math.Clamp(repeated, 1, value.Length == 0 ? 64 : 1000))
        );
    }

    public void EndRow()
    {
        if (!rows.TryPop(out var row))
        {
            return;
        }
        if (cells.TryPeek(out var outer))
        {
            AddTo(outer, string.Join(' ', row.Where(c => c.Length > 0)));
        }
        else
        {
            text.AddRow(row, Page);
        }
    }

    private void Write(Paragraph paragraph) => text.Add(paragraph.Whole, Page, paragraph.Heading);

    // A row is one line, whatever its cells are.
    private static void AddTo(StringBuilder cell, string value)
    {
        var line = string.Join(
            ' ',
            value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
        );
        if (line.Length > 0)
        {
            cell.Append(cell.Length > 0 ? " " : "").Append(line);
        }
    }

    private sealed class Paragraph
    {
        public StringBuilder Text { get; } = new();

        public int Heading { get; set; }

        public string Number { get; set; } = "";

        // A number alone says nothing.
        public string Whole =>
            Number.Length == 0 || string.IsNullOrWhiteSpace(Text.ToString())
                ? Text.ToString()
                : $"{Number} {Text.ToString().TrimStart()}";
    }
}
