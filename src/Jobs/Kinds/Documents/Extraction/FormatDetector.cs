using System.Text;

namespace Jobs.Kinds.Documents.Extraction;

/// <summary>Recognises the type of a file; the name and the content must both say it.</summary>
internal static class FormatDetector
{
    // A text with a few stray control characters is still one; an executable without a known head is not.
    private const double MostControl = 0.1;

    private static readonly (string Name, byte[] Magic)[] Binaries =
    [
        ("a ZIP archive or an office document", [0x50, 0x4B, 0x03, 0x04]),
        ("an old office document", [0xD0, 0xCF, 0x11, 0xE0]),
        ("a Windows program", "MZ"u8.ToArray()),
        ("a Linux program", [0x7F, 0x45, 0x4C, 0x46]),
        ("a PNG image", [0x89, 0x50, 0x4E, 0x47]),
        ("a JPEG image", [0xFF, 0xD8, 0xFF]),
        ("a GIF image", "GIF8"u8.ToArray()),
        ("a gzip archive", [0x1F, 0x8B]),
        ("a 7z archive", [0x37, 0x7A, 0xBC, 0xAF]),
        ("an RTF document", "{\\rtf"u8.ToArray()),
    ];

    /// <summary>The format of a file, from its name and its first <see cref="DocumentLimits.HeadLength"/> bytes.</summary>
    /// <returns>The format, or null and the reason as an error.</returns>
    public static (DocumentFormat? Format, ItemError? Error) Detect(
        string name,
        ReadOnlySpan<byte> head
    )
    {
        if (head.IsEmpty)
        {
            return Refuse(DocumentErrors.EmptyFile, "The file has no content.");
        }
        var extension = Path.GetExtension(name).ToLowerInvariant();
        var named = DocumentFormat.All.FirstOrDefault(f => f.Extensions.Contains(extension));
        if (named is null)
        {
            var what =
                extension.Length == 0 ? "Files without an extension" : $"Files named *{extension}";
            return Refuse(
                DocumentErrors.UnsupportedType,
                $"{what} cannot be read. Send one of {string.Join(", ", DocumentFormat.AllExtensions)}."
            );
        }
        var isPdf = head[..Math.Min(head.Length, 1024)].IndexOf("%PDF-"u8) >= 0;
        var binary = isPdf ? "a PDF document" : BinaryName(head);
        if (named == DocumentFormat.Pdf)
        {
            return isPdf ? (named, null) : Mismatch(named, binary ?? "text");
        }
        // A text may speak of PDF in its first lines; a PDF starts with it.
        if (isPdf && !head.StartsWith("%PDF-"u8) && BinaryName(head) is null)
        {
            binary = null;
        }
        return binary is null ? (named, null)
            : isPdf ? Mismatch(named, binary)
            : Refuse(
                DocumentErrors.UnsupportedType,
                $"The name says {named.Name}, but the content is {binary}, which cannot be read."
            );
    }

    private static string? BinaryName(ReadOnlySpan<byte> head)
    {
        foreach (var (name, magic) in Binaries)
        {
            if (head.StartsWith(magic) && (magic.Length > 2 || HasControl(head)))
            {
                return name;
            }
        }
        if (TextEncoding.OfHead(head) is UnicodeEncoding)
        {
            return null;
        }
        var control = 0;
        foreach (var b in head)
        {
            control += IsControl(b) ? 1 : 0;
        }
        return control > Math.Max(1, head.Length * MostControl) ? "binary data" : null;
    }

    private static bool HasControl(ReadOnlySpan<byte> head)
    {
        foreach (var b in head)
        {
            if (IsControl(b))
            {
                return true;
            }
        }
        return false;
    }

    // Tab, line feed, vertical tab, form feed, carriage return, end of file of old systems, escape.
    private static bool IsControl(byte b) =>
        b < 0x20 && b is not (9 or 10 or 11 or 12 or 13 or 26 or 27);

    private static (DocumentFormat?, ItemError?) Mismatch(DocumentFormat named, string content) =>
        Refuse(
            DocumentErrors.TypeMismatch,
            $"The name says {named.Name}, but the content is {content}. Rename the file to what it is."
        );

    private static (DocumentFormat?, ItemError?) Refuse(string code, string message) =>
        (null, new ItemError(code, message, Retryable: false));
}
