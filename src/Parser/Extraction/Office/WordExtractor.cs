using Jobs.Parser.Extraction.Archives;
using Jobs.Parser.Formats;

namespace Jobs.Parser.Extraction.Office;

/// <summary>
/// Word: headers, text, documents put into it, notes, footers, comments, diagrams and charts, and the files in it, in this order; what was
/// deleted under tracking is left out.
/// </summary>
internal sealed class WordExtractor(PartReader files) : ITextExtractor
{
    // Headers of the first page and of odd and even ones mostly say the same.
    private static readonly string[] Before = ["header"];
    private static readonly string[] After = ["footnotes", "endnotes", "footer", "comments"];

    private static readonly string[] Drawn = ["diagramData", "chart"];
    private readonly EmbeddedFiles embedded = new(files);

    public IReadOnlyList<DocumentFormat> Formats => [DocumentFormat.Docx, DocumentFormat.Docm];

    public async Task ExtractAsync(
        SourceFile file,
        ExtractedText text,
        CancellationToken cancellationToken
    )
    {
        using var archive = GuardedArchive.Open(file);
        PackageProperties.Read(archive, "docProps/core.xml", text, cancellationToken);
        PackageProperties.Read(archive, "docProps/app.xml", text, cancellationToken);
        var main = Relationships
            .Of(archive, "", cancellationToken)
            .FirstOrDefault(r => r.Type == "officeDocument")
            .Target;
        main = main is not null && archive.Find(main) is not null ? main : "word/document.xml";
        var parts = Relationships.Of(archive, main, cancellationToken);
        var styles = parts.FirstOrDefault(p => p.Type == "styles").Target;
        var numbering = parts.FirstOrDefault(p => p.Type == "numbering").Target;
        var reader = new WordText(
            WordStyles.Read(archive, styles, cancellationToken),
            new WordNumbers(WordLists.Read(archive, numbering, styles, cancellationToken)),
            text,
            cancellationToken
        );
        ReadParts(archive, parts, Before, reader);
        reader.Read(
            archive.OpenEntry(
                archive.Find(main)
                    ?? throw GuardedArchive.Broken(new InvalidDataException($"{main} is missing."))
            )
        );
        await ReadChunksAsync(file, archive, parts, text, cancellationToken);
        ReadParts(archive, parts, After, reader);
        foreach (var part in parts.Where(p => Drawn.Contains(p.Type)))
        {
            DrawingText.Read(archive, part.Target, null, text, cancellationToken);
        }
        await embedded.ReadAsync(file, archive, parts, text, cancellationToken);
    }

    // What another document was put in as, which Word takes over when it opens it.
    private async Task ReadChunksAsync(
        SourceFile file,
        GuardedArchive archive,
        IReadOnlyList<(string Id, string Type, string Target)> parts,
        ExtractedText text,
        CancellationToken ct
    )
    {
        foreach (var part in parts.Where(p => p.Type == "aFChunk"))
        {
            if (archive.Find(part.Target) is { } chunk)
            {
                await files.ReadAsync(
                    file,
                    chunk.Name,
                    () => archive.OpenEntry(chunk),
                    text,
                    ct,
                    isLabelled: false
                );
            }
        }
    }

    private static void ReadParts(
        GuardedArchive archive,
        IReadOnlyList<(string Id, string Type, string Target)> parts,
        string[] types,
        WordText reader
    )
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var type in types)
        {
            foreach (var part in parts.Where(p => p.Type == type))
            {
                if (seen.Add(part.Target) && archive.Find(part.Target) is { } entry)
                {
                    reader.Read(archive.OpenEntry(entry));
                }
            }
        }
    }
}
