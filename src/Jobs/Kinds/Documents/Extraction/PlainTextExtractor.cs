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
        await PieceReader.ReadAsync(
            reader,
            text,
            piece => text.AddParagraphs(piece),
            cancellationToken
        );
    }
}
