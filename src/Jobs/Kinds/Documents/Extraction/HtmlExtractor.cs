using System.Text;

namespace Jobs.Kinds.Documents.Extraction;

internal sealed class HtmlExtractor : ITextExtractor
{
    // The parser holds a tree of the whole, some twenty times its size, and cannot be stopped half-way.
    private const int MaxMarkup = 10 * 1024 * 1024;

    public IReadOnlyList<DocumentFormat> Formats => [DocumentFormat.Html];

    public async Task ExtractAsync(
        WorkingFile file,
        ExtractedText text,
        CancellationToken cancellationToken
    )
    {
        using var reader = await TextEncoding.OpenAsync(file, isHtml: true, cancellationToken);
        var buffer = new char[64 * 1024];
        var markup = new StringBuilder();
        int read;
        while ((read = await reader.ReadAsync(buffer, cancellationToken)) > 0)
        {
            markup.Append(buffer, 0, read);
            if (markup.Length >= MaxMarkup)
            {
                text.Warn(ExtractedText.Truncated);
                break;
            }
        }
        HtmlText.Read(markup.ToString(), text, cancellationToken);
    }
}
