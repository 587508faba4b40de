namespace Jobs.Kinds.Documents.Extraction;

internal sealed class PlainTextExtractor : ITextExtractor
{
    public IReadOnlyList<DocumentFormat> Formats => [DocumentFormat.Text];

    public async Task ExtractAsync(
        WorkingFile file,
        ExtractedText text,
        CancellationToken cancellationToken
    )
    {
        using var reader = await TextEncoding.OpenAsync(file, isHtml: false, cancellationToken);
        await ParagraphReader.ReadAsync(reader, text, _ => null, cancellationToken);
    }
}
