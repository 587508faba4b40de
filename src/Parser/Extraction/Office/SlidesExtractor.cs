using Jobs.Parser.Extraction.Archives;
using Jobs.Parser.Extraction.Markup;
using Jobs.Parser.Formats;

namespace Jobs.Parser.Extraction.Office;

/// <summary>
/// PowerPoint: a page is a slide, with its diagrams, the notes of its speaker and the files in it; then what stands on
/// every slide, once.
/// </summary>
internal sealed class SlidesExtractor(PartReader parts) : ITextExtractor
{
    private static readonly string[] Beside = ["diagramData", "chart", "notesSlide", "comments"];
    private readonly EmbeddedFiles embedded = new(parts);

    public IReadOnlyList<DocumentFormat> Formats => [DocumentFormat.Pptx];

    public async Task ExtractAsync(
        SourceFile file,
        ExtractedText text,
        CancellationToken cancellationToken
    )
    {
        using var archive = GuardedArchive.Open(file);
        PackageProperties.Read(archive, "docProps/core.xml", text, cancellationToken);
        var main = Relationships
            .Of(archive, "", cancellationToken)
            .FirstOrDefault(r => r.Type == "officeDocument")
            .Target;
        main = main is not null && archive.Find(main) is not null ? main : "ppt/presentation.xml";
        var slides = Slides(archive, main, cancellationToken);
        text.Pages = slides.Count;
        var layouts = new List<string>();
        for (var i = 0; i < slides.Count && !text.IsFull; i++)
        {
            DrawingText.Read(archive, slides[i], i + 1, text, cancellationToken);
            var beside = Relationships.Of(archive, slides[i], cancellationToken);
            foreach (var part in beside.Where(p => Beside.Contains(p.Type)))
            {
                DrawingText.Read(archive, part.Target, i + 1, text, cancellationToken);
            }
            layouts.AddRange(beside.Where(p => p.Type == "slideLayout").Select(p => p.Target));
            await embedded.ReadAsync(file, archive, beside, text, cancellationToken);
        }
        ReadMasters(archive, layouts, text, cancellationToken);
    }

    private static void ReadMasters(
        GuardedArchive archive,
        IEnumerable<string> layouts,
        ExtractedText text,
        CancellationToken ct
    )
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var layout in layouts.Where(seen.Add).ToList())
        {
            DrawingText.Read(archive, layout, null, text, ct, isMaster: true);
            var masters = Relationships.Of(archive, layout, ct);
            foreach (var master in masters.Where(p => p.Type == "slideMaster"))
            {
                if (seen.Add(master.Target))
                {
                    DrawingText.Read(archive, master.Target, null, text, ct, isMaster: true);
                }
            }
        }
    }

    // In the order in which they are shown, which the names of their parts do not have.
    private static List<string> Slides(GuardedArchive archive, string main, CancellationToken ct)
    {
        if (archive.Find(main) is not { } entry)
        {
            throw GuardedArchive.Broken(new InvalidDataException($"{main} is missing."));
        }
        var targets = Relationships
            .Of(archive, main, ct)
            .GroupBy(r => r.Id, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.First().Target, StringComparer.Ordinal);
        var slides = new List<string>();
        using var xml = GuardedXml.Open(archive.OpenEntry(entry), ct);
        while (xml.Read())
        {
            // It has an id of its own beside the one of its part, which is in the namespace of relationships.
            if (
                xml is { IsStart: true, Name: "sldId" }
                && RelationshipId(xml) is { } id
                && targets.TryGetValue(id, out var target)
            )
            {
                slides.Add(target);
            }
        }
        return slides;
    }

    private static string? RelationshipId(GuardedXml xml)
    {
        string? id = null;
        for (
            var found = xml.Node.MoveToFirstAttribute();
            found;
            found = xml.Node.MoveToNextAttribute()
        )
        {
            if (xml.Node is { LocalName: "id", NamespaceURI.Length: > 0 })
            {
                id = xml.Node.Value;
            }
        }
        xml.Node.MoveToElement();
        return id;
    }
}
