using Jobs.Parser.Formats;

namespace Jobs.Parser.Extraction.Rtf;

/// <summary>RTF, which is text with control words. No library that can be had reads it, and Debian's lose half of it.</summary>
internal sealed class RtfExtractor : ITextExtractor
{
    public IReadOnlyList<DocumentFormat> Formats => [DocumentFormat.Rtf];

    public async Task ExtractAsync(
        SourceFile file,
        ExtractedText text,
        CancellationToken cancellationToken
    )
    {
        await using var stream = file.OpenRead();
        var reader = new RtfReader(stream);
        var document = new RtfDocument(text);
        while (!text.IsFull && reader.Next() is var token && token.Kind != RtfTokenKind.End)
        {
            cancellationToken.ThrowIfCancellationRequested();
            document.Take(token, reader);
        }
        document.Complete();
        if (text.IsFull)
        {
            text.Warn(DocumentWarnings.Truncated);
        }
        else if (document.IsUnfinished)
        {
            text.Warn(DocumentWarnings.Damaged);
        }
    }
}
