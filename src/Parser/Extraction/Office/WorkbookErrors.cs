using System.IO.Compression;

namespace Jobs.Parser.Extraction.Office;

/// <summary>
/// Keeps what cells of new workbooks say whose formula failed, as <c>#DIV/0!</c>: the library that reads workbooks takes
/// them for empty, so it is given a copy in which they are texts.
/// </summary>
internal static class WorkbookErrors
{
    private const string Sheets = "xl/worksheets/";
    private static readonly byte[] Error = " t=\"e\""u8.ToArray();
    private static readonly byte[] Text = " t=\"str\""u8.ToArray();

    /// <summary>The path of a copy to read; null where no cell failed.</summary>
    public static string? Keep(SourceFile file, CancellationToken ct)
    {
        // Measured already: what unfolds here was counted then.
        using var archive = GuardedArchive.Open(file with { Budget = new UnfoldingBudget() });
        if (!archive.Entries.Any(e => IsSheet(e) && HasErrors(archive, e, ct)))
        {
            return null;
        }
        var path = Path.Combine(file.Folder, Path.GetFileName(file.Path) + "-errors");
        using var target = new FileStream(path, FileMode.Create);
        using var copy = new ZipArchive(target, ZipArchiveMode.Create);
        using var again = GuardedArchive.Open(file with { Budget = new UnfoldingBudget() });
        foreach (var entry in again.Entries)
        {
            using var from = again.OpenEntry(entry);
            using var to = copy.CreateEntry(entry.FullName, CompressionLevel.Fastest).Open();
            Copy(from, to, IsSheet(entry), ct);
        }
        return path;
    }

    private static bool IsSheet(ZipArchiveEntry entry) =>
        entry.FullName.StartsWith(Sheets, StringComparison.OrdinalIgnoreCase);

    private static bool HasErrors(
        GuardedArchive archive,
        ZipArchiveEntry entry,
        CancellationToken ct
    )
    {
        using var sheet = archive.OpenEntry(entry);
        return Copy(sheet, Stream.Null, replace: true, ct);
    }

    // True where something was replaced. What may begin at the end of what was read waits for the rest.
    private static bool Copy(Stream from, Stream to, bool replace, CancellationToken ct)
    {
        var buffer = new byte[128 * 1024];
        var (held, found) = (0, false);
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            var read = from.Read(buffer, held, buffer.Length - held);
            var rest = buffer.AsSpan(0, held + read);
            int at;
            while (replace && (at = rest.IndexOf(Error)) >= 0)
            {
                found = true;
                to.Write(rest[..at]);
                to.Write(Text);
                rest = rest[(at + Error.Length)..];
            }
            var kept = read == 0 || !replace ? 0 : Math.Min(rest.Length, Error.Length - 1);
            to.Write(rest[..^kept]);
            if (read == 0)
            {
                return found;
            }
            rest[^kept..].CopyTo(buffer);
            held = kept;
        }
    }
}
