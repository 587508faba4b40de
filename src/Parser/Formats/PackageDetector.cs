using System.Buffers.Binary;
using System.Text;
using Jobs.Parser.Extraction;

namespace Jobs.Parser.Formats;

/// <summary>What a ZIP archive or a compound file is, by what is in it.</summary>
internal static class PackageDetector
{
    private const int LocalHeaderLength = 30;
    private static readonly (string Entry, DocumentFormat Format)[] Parts =
    [
        ("word/document.xml", DocumentFormat.Docx),
        ("xl/workbook.xml", DocumentFormat.Xlsx),
        ("xl/workbook.bin", DocumentFormat.Xlsx),
        ("ppt/presentation.xml", DocumentFormat.Pptx),
    ];

    private static readonly DocumentFormat[] WithMimeType =
    [
        DocumentFormat.Odt,
        DocumentFormat.Ods,
        DocumentFormat.Odp,
        DocumentFormat.Epub,
    ];

    private static readonly string[] WorkbookStreams = ["Workbook", "WORKBOOK", "Book\0", "BOOK\0"];

    private static readonly byte[] EndOfArchive = [0x50, 0x4B, 0x05, 0x06];
    private const int TailLength = 66 * 1024;

    public static Detection OldDocument =>
        FormatDetector.Refuse(
            ParseErrors.UnsupportedType,
            "The file is a document of an Office before 2007 other than a workbook. Open it and save it as .docx, .pptx or .pdf."
        );

    /// <summary>What a package is likely to be.</summary>
    public static DocumentFormat OfHead(DocumentFormat? named, ReadOnlySpan<byte> head)
    {
        foreach (var format in WithMimeType)
        {
            if (head.IndexOf(Encoding.ASCII.GetBytes($"mimetype{format.MediaType}")) > 0)
            {
                return format;
            }
        }
        return named is not null && DocumentFormat.Packages.Contains(named)
            ? named
            : DocumentFormat.Zip;
    }

    /// <summary>What a file is, its name and its content looked at.</summary>
    public static async Task<Detection> OfFileAsync(SourceFile file, CancellationToken ct)
    {
        var head = await file.HeadAsync(ct);
        var detected = FormatDetector.OfHead(file.Name, head);
        if (detected.Format is null)
        {
            return detected;
        }
        var named = DocumentFormat.OfName(file.Name);
        return DocumentFormat.Packages.Contains(detected.Format)
                ? FormatDetector.Is(OfPackage(file, named), named)
            : head.AsSpan().StartsWith(FormatDetector.Compound)
                ? await OfCompoundAsync(file, named, ct)
            : detected;
    }

    /// <summary>Whether an archive follows what the file begins with, so that programs take it for different things.</summary>
    public static async Task<bool> IsAmbiguousAsync(
        SourceFile file,
        DocumentFormat format,
        CancellationToken ct
    )
    {
        await using var stream = file.OpenRead();
        if (DocumentFormat.Packages.Contains(format))
        {
            var head = await file.HeadAsync(ct);
            // What the first file of an archive begins with is its own.
            return head.AsSpan().IndexOf("%PDF-"u8) is >= 0 and var pdf
                && pdf != FirstContent(head);
        }
        if (format == DocumentFormat.Xls)
        {
            // Old workbooks have archives in them: the colors of newer Excels, and documents that people put there.
            return false;
        }
        var tail = new byte[(int)Math.Min(TailLength, stream.Length)];
        stream.Seek(-tail.Length, SeekOrigin.End);
        await stream.ReadExactlyAsync(tail, ct);
        return tail.AsSpan().IndexOf(EndOfArchive) is >= 0 and var at && tail.Length - at >= 22;
    }

    private static int FirstContent(ReadOnlySpan<byte> head) =>
        head.Length < LocalHeaderLength
            ? -1
            : LocalHeaderLength
                + BinaryPrimitives.ReadUInt16LittleEndian(head[26..])
                + BinaryPrimitives.ReadUInt16LittleEndian(head[28..]);

    private static DocumentFormat OfPackage(SourceFile file, DocumentFormat? named)
    {
        using var archive = GuardedArchive.Open(file);
        var mediaType = archive.Find("mimetype") is { } entry
            ? archive.ReadText(entry, 100).Trim()
            : "";
        if (
            Array.Find(
                WithMimeType,
                f => mediaType.StartsWith(f.MediaType, StringComparison.Ordinal)
            ) is
            { } said
        )
        {
            return said;
        }
        foreach (var (part, format) in Parts)
        {
            if (archive.Find(part) is not null)
            {
                return
                    format == DocumentFormat.Docx && archive.Find("word/vbaProject.bin") is not null
                    ? DocumentFormat.Docm
                    : format;
            }
        }
        return archive.Find("META-INF/container.xml") is not null
            ? DocumentFormat.Epub
            : DocumentFormat.Zip;
    }

    // Names of streams stand in UTF-16 in the directory of a compound file, which may be anywhere in it.
    private static async Task<Detection> OfCompoundAsync(
        SourceFile file,
        DocumentFormat? named,
        CancellationToken ct
    )
    {
        if (await ContainsAsync(file, "EncryptedPackage", ct))
        {
            return FormatDetector.Refuse(
                ParseErrors.Encrypted,
                "The document needs a password. Send a copy that was saved without one."
            );
        }
        foreach (var name in WorkbookStreams)
        {
            if (await ContainsAsync(file, name, ct))
            {
                return FormatDetector.Is(DocumentFormat.Xls, named);
            }
        }
        return OldDocument;
    }

    private static async Task<bool> ContainsAsync(
        SourceFile file,
        string name,
        CancellationToken ct
    )
    {
        var wanted = Encoding.Unicode.GetBytes(name);
        await using var stream = file.OpenRead();
        var buffer = new byte[128 * 1024];
        var held = 0;
        int read;
        while ((read = await stream.ReadAsync(buffer.AsMemory(held), ct)) > 0)
        {
            held += read;
            if (buffer.AsSpan(0, held).IndexOf(wanted) >= 0)
            {
                return true;
            }
            var kept = Math.Min(held, wanted.Length);
            buffer.AsSpan(held - kept, kept).CopyTo(buffer);
            held = kept;
        }
        return false;
    }
}
