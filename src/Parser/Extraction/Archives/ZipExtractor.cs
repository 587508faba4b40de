using Jobs.Parser.Formats;

namespace Jobs.Parser.Extraction.Archives;

/// <summary>The files in an archive, in its order.</summary>
internal sealed class ZipExtractor(PartReader parts) : ITextExtractor
{
    public IReadOnlyList<DocumentFormat> Formats => [DocumentFormat.Zip];

    public async Task ExtractAsync(
        SourceFile file,
        ExtractedText text,
        CancellationToken cancellationToken
    )
    {
        using var archive = GuardedArchive.Open(file);
        foreach (var entry in archive.Entries)
        {
            if (text.IsFull)
            {
                text.Warn(DocumentWarnings.Truncated);
                return;
            }
            // Folders, and what systems put beside files for themselves.
            if (
                entry.FullName is [.., '/' or '\\']
                || entry.FullName.StartsWith("__MACOSX/", StringComparison.Ordinal)
            )
            {
                continue;
            }
            await parts.ReadAsync(
                file,
                archive.NameOf(entry),
                () => archive.OpenEntry(entry),
                text,
                cancellationToken
            );
        }
    }
}
