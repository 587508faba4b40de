using Jobs.Parser.Formats;
using Jobs.Parser.Text;

namespace Jobs.Parser.Extraction;

internal sealed class PlainTextExtractor : ITextExtractor
{
    public IReadOnlyList<DocumentFormat> Formats => [DocumentFormat.Text];

    public async Task ExtractAsync(
        SourceFile file,
        ExtractedText text,
        CancellationToken cancellationToken
    )
    {
        using var reader = await TextEncoding.OpenAsync(file, declares: false, cancellationToken);
        await PieceReader.ReadAsync(
            reader,
            text,
            piece => text.AddParagraphs(piece),
            cancellationToken
        );
    }
}
