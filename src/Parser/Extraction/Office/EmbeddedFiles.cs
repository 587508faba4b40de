using Jobs.Parser.Extraction.Archives;
using Jobs.Parser.Formats;
using NPOI.POIFS.FileSystem;

namespace Jobs.Parser.Extraction.Office;

/// <summary>Reads the files that people put into documents of Office, whatever they are wrapped in.</summary>
internal sealed class EmbeddedFiles(PartReader parts)
{
    // Storages of the objects in a workbook: "MBD" and a number.
    private const string InWorkbook = "MBD";

    /// <summary>Reads the files in a document of today's Office, each once.</summary>
    /// <param name="related">What the document, or a slide or sheet of it, leads to.</param>
    public async Task ReadAsync(
        SourceFile container,
        GuardedArchive archive,
        IEnumerable<(string Id, string Type, string Target)> related,
        ExtractedText text,
        CancellationToken ct
    )
    {
        foreach (
            var target in related
                .Where(r => r.Type is "package" or "oleObject")
                .Select(r => r.Target)
                .Distinct(StringComparer.Ordinal)
        )
        {
            if (archive.Find(target) is not { } entry)
            {
                continue;
            }
            if (DocumentFormat.Packages.Contains(DocumentFormat.OfName(target)))
            {
                await ReadAsync(container, entry.Name, () => archive.OpenEntry(entry), text, ct);
                continue;
            }
            using var content = new MemoryStream();
            using (var source = archive.OpenEntry(entry))
            {
                await source.CopyToAsync(content, ct);
            }
            await ReadObjectAsync(container, entry.Name, content, text, ct);
        }
    }

    /// <summary>Reads the files in a workbook of before 2007.</summary>
    public async Task ReadAsync(SourceFile workbook, ExtractedText text, CancellationToken ct)
    {
        if (!CompoundObjects.IsOne(workbook))
        {
            return;
        }
        await using var source = workbook.OpenRead();
        var files = FilesOf(source, InWorkbook, workbook.Name, text);
        foreach (var (name, content) in files)
        {
            await ReadAsync(workbook, name, () => new MemoryStream(content), text, ct);
        }
    }

    private async Task ReadObjectAsync(
        SourceFile container,
        string name,
        MemoryStream content,
        ExtractedText text,
        CancellationToken ct
    )
    {
        content.Position = 0;
        var head = content.GetBuffer().AsSpan(0, (int)Math.Min(8, content.Length));
        if (head.StartsWith("%PDF"u8) || head.StartsWith("PK"u8))
        {
            await ReadAsync(container, name, () => new MemoryStream(content.ToArray()), text, ct);
        }
        else if (head.StartsWith(FormatDetector.Compound))
        {
            foreach (var (inner, file) in FilesOf(content, null, name, text))
            {
                await ReadAsync(container, inner, () => new MemoryStream(file), text, ct);
            }
        }
    }

    // Nobody nests them to do harm, as archives are: the document is worth more than what is deep in it.
    private async Task ReadAsync(
        SourceFile container,
        string name,
        Func<Stream> open,
        ExtractedText text,
        CancellationToken ct
    )
    {
        try
        {
            await parts.ReadAsync(container, name, open, text, ct);
        }
        catch (ParseException e) when (e.Code == ParseErrors.NestedTooDeep)
        {
            text.Warn($"{DocumentWarnings.PartUnread}: {name} ({e.Code})");
        }
    }

    // The library fails on broken ones in many ways; what is around them is read all the same.
    private static List<(string Name, byte[] Content)> FilesOf(
        Stream compound,
        string? prefix,
        string name,
        ExtractedText text
    )
    {
        var files = new List<(string, byte[])>();
        try
        {
            var root = CompoundObjects.Open(compound).Root;
            var directories = prefix is null
                ? [root]
                : root
                    .EntryNames.Where(n => n.StartsWith(prefix, StringComparison.Ordinal))
                    .Select(root.GetEntry)
                    .OfType<DirectoryNode>();
            foreach (var directory in directories)
            {
                var fallback = prefix is null ? name : directory.Name;
                if (CompoundObjects.FileOf(directory, fallback) is { } file)
                {
                    files.Add(file);
                }
            }
        }
        catch (Exception e) when (e is not (ParseException or OutOfMemoryException))
        {
            text.Warn($"{DocumentWarnings.PartUnread}: {name} ({ParseErrors.Unreadable})");
        }
        return files;
    }
}
