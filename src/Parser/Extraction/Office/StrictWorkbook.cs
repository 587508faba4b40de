using System.IO.Compression;
using System.Text;

namespace Jobs.Parser.Extraction.Office;

/// <summary>
/// Workbooks in the strict form of ISO/IEC 29500, which name the same things by other namespaces than the library knows:
/// it is given a copy that names them as everybody does.
/// </summary>
internal static class StrictWorkbook
{
    private const string Strict = "http://purl.oclc.org/ooxml/";

    // Namespaces are declared where a part begins; relationships are short as a whole.
    private const int HeadLength = 64 * 1024;

    private static readonly (string Strict, string Usual)[] Names =
    [
        (
            $"{Strict}officeDocument/relationships",
            "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        ),
        (
            $"{Strict}spreadsheetml/main",
            "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        ),
    ];

    /// <summary>Writes the copy where the workbook is a strict one; null where it is not.</summary>
    /// <returns>The copy, to be deleted.</returns>
    public static string? Rename(SourceFile file, CancellationToken ct)
    {
        using var archive = GuardedArchive.Open(file);
        if (
            archive.Find("xl/workbook.xml") is not { } workbook
            || !archive.ReadText(workbook, HeadLength).Contains(Strict, StringComparison.Ordinal)
        )
        {
            return null;
        }
        var path = Path.Combine(file.Folder, $"strict-{file.Depth}.xlsx");
        using var target = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        foreach (var entry in archive.Entries)
        {
            ct.ThrowIfCancellationRequested();
            using var from = archive.OpenEntry(entry);
            using var to = target.CreateEntry(entry.FullName, CompressionLevel.Fastest).Open();
            var head = new byte[HeadLength];
            var length = from.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            to.Write(Rename(head.AsSpan(0, length)));
            from.CopyTo(to);
        }
        return path;
    }

    // Latin-1 keeps every byte as it is, whatever they mean.
    private static byte[] Rename(ReadOnlySpan<byte> head)
    {
        var text = Encoding.Latin1.GetString(head);
        foreach (var (strict, usual) in Names)
        {
            text = text.Replace(strict, usual, StringComparison.Ordinal);
        }
        return Encoding.Latin1.GetBytes(text);
    }
}
