using System.Text;
using Jobs.Kinds.Documents.Extraction;

namespace Jobs.Kinds.Documents.Passages;

/// <summary>
/// Divides a document into passages of up to <see cref="MaxWords"/> words, at headings, pages and the ends of
/// sentences. Where only the length divides, the last sentence is repeated in the next passage, so that what spans
/// the cut is found.
/// </summary>
internal static class PassageSplitter
{
    public const int MaxWords = 300;

    // Text without spaces has few words. PostgreSQL's parser takes quadratic time over some punctuation, such as
    // comments of HTML that never end: in a passage of this length that is nothing.
    private const int MaxLength = 4000;

    // A section shorter than this shares its passage with the next: a heading alone finds nothing.
    private const int MinWords = 60;
    private const int MaxOverlap = 40;
    private const int MaxOverlapLength = 400;

    public static IEnumerable<Passage> Split(IEnumerable<TextBlock> blocks)
    {
        var body = new StringBuilder();
        var words = 0;
        var fresh = false;
        int? page = null;
        foreach (var block in blocks)
        {
            var pageEnds = block.Page != page;
            if (fresh && (pageEnds || (block.IsHeading && words >= MinWords)))
            {
                yield return new Passage(body.ToString(), page);
                fresh = false;
            }
            if (!fresh)
            {
                body.Clear();
                words = 0;
            }
            page = block.Page;
            var separator = "\n\n";
            foreach (var sentence in Sentences.Of(block.Text))
            {
                var count = Sentences.CountWords(sentence.Span);
                if (
                    fresh && (words + count > MaxWords || body.Length + sentence.Length > MaxLength)
                )
                {
                    yield return new Passage(body.ToString(), page);
                    words = KeepOverlap(body);
                    fresh = false;
                }
                if (body.Length > 0)
                {
                    body.Append(separator);
                }
                body.Append(sentence.Span);
                words += count;
                fresh = true;
                separator = " ";
            }
        }
        if (fresh)
        {
            yield return new Passage(body.ToString(), page);
        }
    }

    private static int KeepOverlap(StringBuilder body)
    {
        var last = Sentences.Of(body.ToString()).Last();
        var count = Sentences.CountWords(last.Span);
        body.Clear();
        if (count > MaxOverlap || last.Length > MaxOverlapLength)
        {
            return 0;
        }
        body.Append(last.Span);
        return count;
    }
}
