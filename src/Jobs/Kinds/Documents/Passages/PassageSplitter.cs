using System.Text;
using Jobs.Parser.Extraction;
using Jobs.Parser.Text;

namespace Jobs.Kinds.Documents.Passages;

/// <summary>
/// Divides a document into passages of up to <see cref="MaxWords"/> words, at headings, pages and the ends of
/// sentences, while its blocks come. Where only the length divides, the last sentence is repeated in the next passage,
/// so that what spans the cut is found. Not thread-safe.
/// </summary>
internal sealed class PassageSplitter
{
    public const int MaxWords = 300;

    // Text without spaces has few words. PostgreSQL's parser takes quadratic time over some punctuation, such as
    // comments of HTML that never end: in a passage of this length that is nothing.
    private const int MaxLength = 4000;

    // A section shorter than this shares its passage with the next: a heading alone finds nothing.
    private const int MinWords = 100;
    private const int MaxOverlap = 40;
    private const int MaxOverlapLength = 400;
    private readonly StringBuilder body = new();
    private readonly Sections sections = new();
    private int words;
    private bool fresh;
    private int? page;
    private string? section;

    /// <summary>The passages of a whole document.</summary>
    public static IEnumerable<Passage> Split(IEnumerable<TextBlock> blocks)
    {
        var splitter = new PassageSplitter();
        foreach (var passage in blocks.SelectMany(splitter.Add))
        {
            yield return passage;
        }
        if (splitter.End() is { } last)
        {
            yield return last;
        }
    }

    /// <summary>Takes the next block; the passages that ended with it.</summary>
    public IEnumerable<Passage> Add(TextBlock block)
    {
        if (fresh && (block.Page != page || (block.Heading > 0 && words >= MinWords)))
        {
            yield return Take();
        }
        if (!fresh)
        {
            body.Clear();
            words = 0;
        }
        if (block.Heading > 0)
        {
            sections.Enter(block.Heading, block.Text);
        }
        page = block.Page;
        var separator = "\n\n";
        // A row stays a line.
        var within = block.Text.Contains('\t', StringComparison.Ordinal) ? "\n" : " ";
        foreach (var sentence in Sentences.Of(block.Text))
        {
            var count = Sentences.CountWords(sentence.Span);
            if (fresh && (words + count > MaxWords || body.Length + sentence.Length > MaxLength))
            {
                var full = Take();
                KeepOverlap(full.Body);
                yield return full;
            }
            if (!fresh)
            {
                section = sections.Path;
            }
            if (body.Length > 0)
            {
                body.Append(separator);
            }
            body.Append(sentence.Span);
            words += count;
            fresh = true;
            separator = within;
        }
    }

    /// <summary>The last passage; null when there is nothing left.</summary>
    public Passage? End() => fresh ? Take() : null;

    private Passage Take()
    {
        fresh = false;
        return new Passage(body.ToString(), page, section);
    }

    private void KeepOverlap(string full)
    {
        var last = Sentences.Of(full).Last();
        words = Sentences.CountWords(last.Span);
        body.Clear();
        if (words > MaxOverlap || last.Length > MaxOverlapLength)
        {
            words = 0;
            return;
        }
        body.Append(last.Span);
    }
}
