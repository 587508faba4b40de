using System.Text;
using Jobs.Parser.Formats;
using Jobs.Parser.Text;

namespace Jobs.Parser.Extraction.Markup;

/// <summary>HTML and XHTML, both as browsers read HTML: forgivingly.</summary>
internal sealed class HtmlExtractor : ITextExtractor
{
    // The parser holds a tree of the whole, some twenty times its size, and cannot be stopped half-way.
    private const int MaxMarkup = 10 * 1024 * 1024;

    public IReadOnlyList<DocumentFormat> Formats => [DocumentFormat.Html, DocumentFormat.Xhtml];

    public async Task ExtractAsync(
        SourceFile file,
        ExtractedText text,
        CancellationToken cancellationToken
    )
    {
        using var reader = await TextEncoding.OpenAsync(file, declares: true, cancellationToken);
        var buffer = new char[64 * 1024];
        var markup = new StringBuilder();
        int read;
        while ((read = await reader.ReadAsync(buffer, cancellationToken)) > 0)
        {
            markup.Append(buffer, 0, read);
            if (markup.Length >= MaxMarkup)
            {
                text.Warn(DocumentWarnings.Truncated);
                break;
            }
        }
        HtmlText.Read(Xhtml.AsHtml(markup.ToString()), text, cancellationToken, withHead: true);
    }
}
