using Jobs.Parser.Formats;
using Jobs.Parser.Tools;

namespace Jobs.Parser.Extraction.Images;

/// <summary>The text in a picture, recognised by tesseract where that is installed.</summary>
internal sealed class ImageExtractor : ITextExtractor
{
    public IReadOnlyList<DocumentFormat> Formats =>
        [
            DocumentFormat.Png,
            DocumentFormat.Jpeg,
            DocumentFormat.Tiff,
            DocumentFormat.Gif,
            DocumentFormat.Bmp,
            DocumentFormat.Webp,
        ];

    public async Task ExtractAsync(
        SourceFile file,
        ExtractedText text,
        CancellationToken cancellationToken
    )
    {
        // Looked at before anything unfolds it.
        var frames = await ImageTool.MeasureAsync(file, cancellationToken);
        text.Pages = frames;
        if (file.Request.OcrLanguages.Length == 0)
        {
            return;
        }
        if (!OcrTool.IsInstalled)
        {
            text.Warn(DocumentWarnings.OcrMissing);
            return;
        }
        // Cameras store pictures as their sensor lies, and say beside it which way is up.
        var upright = frames == 1 ? await ImageTool.UprightAsync(file, cancellationToken) : null;
        try
        {
            await OcrTool.ReadAsync(file, upright ?? file.Path, 1, text, cancellationToken);
        }
        finally
        {
            if (upright is not null)
            {
                File.Delete(upright);
            }
        }
    }
}
