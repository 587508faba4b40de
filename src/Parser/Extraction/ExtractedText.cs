using System.Text;
using Jobs.Parser.Protocol;
using Jobs.Parser.Text;

namespace Jobs.Parser.Extraction;

/// <summary>
/// What extractors found, in reading order. The text goes to a spool and not into memory, and there is no more of it
/// than <see cref="ParserLimits.MaxText"/>.
/// </summary>
internal sealed class ExtractedText(Stream spool, int maxLength = ParserLimits.MaxText)
{
    private const int LinesLength = 4000;

    // Longer blocks are divided, so that no frame is long.
    private const int BlockLength = 128 * 1024;
    private const int MaxWarnings = 30;
    private readonly List<string> warnings = [];
    private readonly StringBuilder lines = new();
    private readonly StringBuilder sample = new();
    private int? linesPage;
    private int length;
    private Mark start;

    public string? Title
    {
        get;
        set => field = CleanText.Line(value, ParserLimits.MaxTitle);
    }

    public string? Author
    {
        get;
        set => field = CleanText.Line(value, ParserLimits.MaxTitle);
    }

    public string? Language
    {
        get;
        set => field = CleanText.Line(value, 35);
    }

    public int? Pages { get; set; }

    /// <summary>When it was written, as the document itself says.</summary>
    public DateTimeOffset? AuthoredAt { get; set; }

    public DateTimeOffset? ModifiedAt { get; set; }

    public int Words { get; private set; }

    public IReadOnlyList<string> Warnings => warnings;

    /// <summary>Whether tesseract worked; null where it was not needed.</summary>
    public bool? OcrWorks { get; set; }

    /// <summary>The beginning, by which its language is guessed.</summary>
    public string Sample => sample.ToString();

    public bool IsFull => length >= maxLength;

    /// <summary>Whether nothing was found yet, in a part nothing of that part.</summary>
    public bool IsEmpty => length == start.Length && lines.Length == 0;

    public void Warn(string warning)
    {
        if (!warnings.Contains(warning) && warnings.Count < MaxWarnings)
        {
            warnings.Add(warning);
        }
    }

    /// <summary>Adds a block; what has no room is left out with a warning.</summary>
    /// <param name="heading">The level of a heading, from 1; 0 for any other text.</param>
    public void Add(ReadOnlySpan<char> text, int? page = null, int heading = 0)
    {
        Flush();
        text = text.Trim();
        if (text.Length > maxLength - length)
        {
            Warn(DocumentWarnings.Truncated);
            text = text[..(maxLength - length)];
        }
        while (text.Length > BlockLength)
        {
            var cut = text[..BlockLength].LastIndexOfAny(' ', '\n');
            cut =
                cut > 0 ? cut : BlockLength - (char.IsHighSurrogate(text[BlockLength - 1]) ? 1 : 0);
            Write(text[..cut], page, heading);
            text = text[cut..].TrimStart();
        }
        Write(text, page, heading);
    }

    /// <summary>Adds a line to a block of lines.</summary>
    public void AddLine(ReadOnlySpan<char> line, int? page = null)
    {
        if (page != linesPage)
        {
            Flush();
            linesPage = page;
        }
        lines.Append(line).Append('\n');
        if (lines.Length >= LinesLength)
        {
            Flush();
        }
    }

    /// <summary>Adds a row of a table; one without anything in it is left out.</summary>
    public void AddRow(IReadOnlyList<string> cells, int? page = null)
    {
        if (cells.Any(c => !string.IsNullOrWhiteSpace(c)))
        {
            AddLine(string.Join('\t', cells).TrimEnd('\t'), page);
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

    /// <summary>
    /// What follows is of a file within the document: <see cref="IsEmpty"/> and <see cref="Clear"/> are about that
    /// file alone until <see cref="EndPart"/>.
    /// </summary>
    /// <returns>Where the file around it began.</returns>
    public Mark BeginPart()
    {
        Flush();
        var outer = start;
        start = new Mark(spool.Position, length, Words, sample.Length);
        return outer;
    }

    /// <summary>Goes on with the file around a part.</summary>
    /// <param name="outer">What <see cref="BeginPart"/> gave.</param>
    public void EndPart(Mark outer)
    {
        Flush();
        start = outer;
    }

    /// <summary>Starts again, for an extractor that found a better way.</summary>
    public void Clear()
    {
        spool.SetLength(start.Spool);
        lines.Clear();
        sample.Length = start.Sample;
        length = start.Length;
        Words = start.Words;
    }

    /// <summary>Ends the document.</summary>
    public void Complete()
    {
        Flush();
        if (length == 0)
        {
            Warn(DocumentWarnings.NoText);
        }
        Language ??= LanguageGuess.Of(Sample);
        spool.Flush();
    }

    private void Write(ReadOnlySpan<char> text, int? page, int heading)
    {
        if (text.IsEmpty)
        {
            return;
        }
        length += text.Length;
        var clean = CleanText.Of(text).Trim();
        if (clean.Length == 0)
        {
            return;
        }
        Words += Sentences.CountWords(clean);
        if (sample.Length < LanguageGuess.SampleLength)
        {
            sample
                .Append(clean.AsSpan(0, Math.Min(clean.Length, LanguageGuess.SampleLength)))
                .Append('\n');
        }
        Frames.WriteBlock(spool, new TextBlock(clean, page, heading));
    }

    private void Flush()
    {
        if (lines.Length > 0)
        {
            var text = lines.ToString();
            lines.Clear();
            Add(text, linesPage);
        }
    }

    /// <summary>A place in the text: the length of its spool, its characters, its words and its sample.</summary>
    internal readonly record struct Mark(long Spool, int Length, int Words, int Sample);
}
