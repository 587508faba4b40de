using Jobs.Parser.Formats;

namespace Jobs.Parser.Extraction.Office;

/// <summary>OpenDocument: texts with notes, headers and footers, spreadsheets a row a line, presentations a page a slide.</summary>
internal sealed class OpenDocumentExtractor : ITextExtractor
{
    public IReadOnlyList<DocumentFormat> Formats =>
        [DocumentFormat.Odt, DocumentFormat.Ods, DocumentFormat.Odp];

    public Task ExtractAsync(
        SourceFile file,
        ExtractedText text,
        CancellationToken cancellationToken
    )
    {
        using var archive = GuardedArchive.Open(file);
        if (
            archive.Find("META-INF/manifest.xml") is { } manifest
            && archive
                .ReadText(manifest, 256 * 1024)
                .Contains("encryption-data", StringComparison.Ordinal)
        )
        {
            throw new ParseException(
                ParseErrors.Encrypted,
                "The document needs a password. Send a copy that was saved without one."
            );
        }
        PackageProperties.Read(archive, "meta.xml", text, cancellationToken);
        var content =
            archive.Find("content.xml")
            ?? throw GuardedArchive.Broken(new InvalidDataException("content.xml is missing."));
        var reader = new OpenDocumentText(text, cancellationToken);
        reader.Read(archive.OpenEntry(content));
        if (reader.Slides > 0)
        {
            text.Pages = reader.Slides;
        }
        // Charts, formulas and tables of another program in it.
        foreach (var inner in archive.Entries.Where(e => IsObject(e.FullName)))
        {
            reader.Read(archive.OpenEntry(inner));
        }
        // Headers and footers are among the styles.
        if (archive.Find("styles.xml") is { } styles)
        {
            reader.Read(archive.OpenEntry(styles));
        }
        return Task.CompletedTask;
    }

    private static bool IsObject(string name) =>
        name.StartsWith("Object ", StringComparison.Ordinal)
        && name.EndsWith("/content.xml", StringComparison.Ordinal);
}
