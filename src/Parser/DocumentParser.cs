using Jobs.Parser.Extraction;
using Jobs.Parser.Extraction.Archives;
using Jobs.Parser.Extraction.Images;
using Jobs.Parser.Extraction.Markup;
using Jobs.Parser.Extraction.Office;
using Jobs.Parser.Extraction.Rtf;
using Jobs.Parser.Formats;

namespace Jobs.Parser;

/// <summary>Reads a document of any type. Thread-safe.</summary>
internal sealed class DocumentParser
{
    private readonly Dictionary<DocumentFormat, ITextExtractor> byFormat;

    public DocumentParser(TimeProvider time)
    {
        var plain = new PlainTextExtractor();
        var html = new HtmlExtractor();
        var parts = new PartReader(ReadAsync);
        ITextExtractor[] extractors =
        [
            plain,
            new MarkdownExtractor(),
            html,
            new CsvExtractor(plain),
            new JsonExtractor(plain),
            new XmlExtractor(html),
            new YamlExtractor(plain),
            new RtfExtractor(),
            new PdfExtractor(time, parts),
            new WordExtractor(parts),
            new SpreadsheetExtractor(parts),
            new SlidesExtractor(parts),
            new OpenDocumentExtractor(),
            new EpubExtractor(),
            new MailExtractor(parts),
            new ZipExtractor(parts),
            new ImageExtractor(),
        ];
        byFormat = extractors
            .SelectMany(e => e.Formats.Select(f => (Format: f, Extractor: e)))
            .ToDictionary(p => p.Format, p => p.Extractor);
    }

    /// <summary>Reads a document to its end.</summary>
    /// <returns>What it turned out to be.</returns>
    /// <exception cref="ParseException">It cannot be read.</exception>
    public async Task<DocumentFormat> ParseAsync(
        SourceFile file,
        ExtractedText text,
        CancellationToken cancellationToken
    )
    {
        var detected = await PackageDetector.OfFileAsync(file, cancellationToken);
        var format = Known(detected);
        if (detected.IsMismatch)
        {
            text.Warn(DocumentWarnings.TypeMismatch);
        }
        if (await PackageDetector.IsAmbiguousAsync(file, format, cancellationToken))
        {
            text.Warn(DocumentWarnings.AmbiguousType);
        }
        await ExtractAsync(format, file, text, cancellationToken);
        text.Complete();
        return format;
    }

    // A file within another one.
    private async Task ReadAsync(SourceFile part, ExtractedText text, CancellationToken ct)
    {
        var format = Known(await PackageDetector.OfFileAsync(part, ct));
        var (title, author, pages, language) = (text.Title, text.Author, text.Pages, text.Language);
        var outer = text.BeginPart();
        try
        {
            await ExtractAsync(format, part, text, ct);
        }
        finally
        {
            text.EndPart(outer);
            // What a part says of itself does not hold for the whole.
            (text.Title, text.Author, text.Pages, text.Language) = (title, author, pages, language);
        }
    }

    // Where there is more of it than is read, what was read stands.
    private async Task ExtractAsync(
        DocumentFormat format,
        SourceFile file,
        ExtractedText text,
        CancellationToken ct
    )
    {
        try
        {
            await byFormat[format].ExtractAsync(file, text, ct);
        }
        catch (ParseException e) when (e.Code == ParseErrors.MemoryLimit && !text.IsEmpty)
        {
            text.Warn(DocumentWarnings.Truncated);
        }
    }

    private static DocumentFormat Known(Detection detected) =>
        detected.Format
        ?? throw new ParseException(detected.Refusal!.Code, detected.Refusal.Message);
}
