using System.Text;
using Jobs.Parser.Extraction.Markup;
using Jobs.Parser.Extraction.Office;
using Jobs.Parser.Formats;

namespace Jobs.Parser.Extraction.Archives;

/// <summary>EPUB: its chapters in the order of its spine.</summary>
internal sealed class EpubExtractor : ITextExtractor
{
    // The parser of HTML holds a tree of a chapter.
    private const int MaxChapter = 10 * 1024 * 1024;

    public IReadOnlyList<DocumentFormat> Formats => [DocumentFormat.Epub];

    public async Task ExtractAsync(
        SourceFile file,
        ExtractedText text,
        CancellationToken cancellationToken
    )
    {
        using var archive = GuardedArchive.Open(file);
        if (
            archive.Find("META-INF/encryption.xml") is { } encryption
            && archive
                .ReadText(encryption, 64 * 1024)
                .Contains("aes", StringComparison.OrdinalIgnoreCase)
        )
        {
            throw new ParseException(
                ParseErrors.Encrypted,
                "The book is protected against copying. Send a copy that is not."
            );
        }
        var package = RootFile(archive, cancellationToken);
        PackageProperties.Read(archive, package, text, cancellationToken);
        // Whatever chapters call themselves, the book has its own title.
        text.Title ??= Path.GetFileNameWithoutExtension(file.Name);
        foreach (var chapter in Spine(archive, package, cancellationToken))
        {
            if (text.IsFull)
            {
                text.Warn(DocumentWarnings.Truncated);
                return;
            }
            if (archive.Find(chapter) is not { } entry)
            {
                text.Warn(DocumentWarnings.Damaged);
                continue;
            }
            using var reader = new StreamReader(
                archive.OpenEntry(entry),
                Encoding.UTF8,
                detectEncodingFromByteOrderMarks: true
            );
            var markup = new char[(int)Math.Min(MaxChapter, entry.Length + 1)];
            var length = await reader.ReadBlockAsync(markup, cancellationToken);
            HtmlText.Read(Xhtml.AsHtml(new string(markup, 0, length)), text, cancellationToken);
        }
    }

    private static string RootFile(GuardedArchive archive, CancellationToken ct)
    {
        if (archive.Find("META-INF/container.xml") is { } entry)
        {
            using var xml = GuardedXml.Open(archive.OpenEntry(entry), ct);
            while (xml.Read())
            {
                if (
                    xml is { IsStart: true, Name: "rootfile" }
                    && xml.Attribute("full-path") is { } path
                )
                {
                    return path;
                }
            }
        }
        throw GuardedArchive.Broken(new InvalidDataException("The package file is missing."));
    }

    private static List<string> Spine(GuardedArchive archive, string package, CancellationToken ct)
    {
        var entry =
            archive.Find(package)
            ?? throw GuardedArchive.Broken(
                new InvalidDataException("The package file is missing.")
            );
        var folder = package[..(package.LastIndexOf('/') + 1)];
        var items = new Dictionary<string, string>(StringComparer.Ordinal);
        var spine = new List<string>();
        string? contents = null;
        using var xml = GuardedXml.Open(archive.OpenEntry(entry), ct);
        while (xml.Read())
        {
            if (
                xml is { IsStart: true, Name: "item" }
                && xml.Attribute("id") is { } id
                && xml.Attribute("href") is { } href
            )
            {
                items[id] = Relationships.Resolve(
                    folder,
                    Uri.UnescapeDataString(href.Split('#')[0])
                );
                contents = xml.Attribute("properties") is "nav" ? items[id] : contents;
            }
            else if (
                xml is { IsStart: true, Name: "itemref" }
                && items.TryGetValue(xml.Attribute("idref") ?? "", out var chapter)
            )
            {
                spine.Add(chapter);
            }
        }
        // The table of contents is a page of the book, whether it is among its chapters or not.
        if (contents is not null && !spine.Contains(contents))
        {
            spine.Add(contents);
        }
        return spine;
    }
}
