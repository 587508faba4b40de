using System.Text;

namespace Jobs.Kinds.Documents.Extraction;

/// <summary>What an extractor found, in reading order; it takes no more than <see cref="DocumentLimits.MaxText"/>.</summary>
internal sealed class ExtractedText(int maxLength = DocumentLimits.MaxText)
{
    /// <summary>The text, or a part of the document, was longer than what is kept.</summary>
    public const string Truncated = "truncated";

    /// <summary>The document has no text, as a scan has none.</summary>
    public const string NoText = "no_text";

    private const int LinesLength = 4000;
    private readonly List<TextBlock> blocks = [];
    private readonly List<string> warnings = [];
    private readonly StringBuilder lines = new();
    private int length;

    public string? Title
    {
        get;
        set => field = CleanText.Line(value, DocumentLimits.MaxTitle);
    }

    public string? Author
    {
        get;
        set => field = CleanText.Line(value, DocumentLimits.MaxTitle);
    }

    public string? Language
    {
        get;
        set => field = CleanText.Line(value, 35);
    }

    public int? Pages { get; set; }

    public IReadOnlyList<TextBlock> Blocks => blocks;

    public IReadOnlyList<string> Warnings => warnings;

    public bool IsFull => length >= maxLength;

    public void Warn(string warning)
    {
        if (!warnings.Contains(warning))
        {
            warnings.Add(warning);
        }
    }

    /// <summary>Adds a block; what has no room is left out with a warning.</summary>
    public void Add(ReadOnlySpan<char> text, int? page = null, bool isHeading = false)
    {
        Flush();
        text = text.Trim();
        if (text.IsEmpty)
        {
            return;
        }
        if (text.Length > maxLength - length)
        {
            Warn(Truncated);
            text = text[..(maxLength - length)];
        }
        length += text.Length;
        var clean = CleanText.Of(text).Trim();
        if (clean.Length > 0)
        {
            blocks.Add(new TextBlock(clean, page, isHeading));
        }
    }

    /// <summary>Adds a line to a block of lines.</summary>
    public void AddLine(ReadOnlySpan<char> line)
    {
        lines.Append(line).Append('\n');
        if (lines.Length >= LinesLength)
        {
            Flush();
        }
    }

    /// <summary>Adds paragraphs that empty lines divide.</summary>
    public void AddParagraphs(ReadOnlySpan<char> text, int? page = null)
    {
        var start = 0;
        var end = 0;
        foreach (var line in text.Split('\n'))
        {
            if (text[line].IsWhiteSpace())
            {
                Add(text[start..end], page);
                start = line.End.Value;
            }
            end = line.End.Value;
        }
        Add(text[Math.Min(start, end)..end], page);
    }

    /// <summary>Starts again, for an extractor that found a better way.</summary>
    public void Clear()
    {
        blocks.Clear();
        lines.Clear();
        length = 0;
    }

    /// <summary>Ends the document.</summary>
    public void Complete()
    {
        Flush();
        if (blocks.Count == 0)
        {
            Warn(NoText);
        }
    }

    private void Flush()
    {
        if (lines.Length > 0)
        {
            var text = lines.ToString();
            lines.Clear();
            Add(text);
        }
    }
}
