using System.Text;
using Jobs.Parser.Protocol;
using Jobs.Parser.Text;

namespace Jobs.Parser.Formats;

/// <summary>
/// Recognises the type of a file by its first bytes. The name decides only between types that the bytes leave open,
/// such as plain text and Markdown; where the two contradict each other, that is noted.
/// </summary>
internal static class FormatDetector
{
    // A text with a few stray control characters is still one; an executable without a known head is not.
    private const double MostControl = 0.1;
    private const int PdfWithin = 1024;

    private static readonly (DocumentFormat Format, byte[] Magic)[] Readable =
    [
        (DocumentFormat.Png, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
        (DocumentFormat.Jpeg, [0xFF, 0xD8, 0xFF]),
        (DocumentFormat.Tiff, [0x49, 0x49, 0x2A, 0x00]),
        (DocumentFormat.Tiff, [0x4D, 0x4D, 0x00, 0x2A]),
        (DocumentFormat.Gif, "GIF8"u8.ToArray()),
        (DocumentFormat.Rtf, "{\\rtf"u8.ToArray()),
        // Workbooks of Excel 2 to 4, which are in no container.
        (DocumentFormat.Xls, [0x09, 0x00, 0x04, 0x00]),
        (DocumentFormat.Xls, [0x09, 0x02, 0x06, 0x00]),
        (DocumentFormat.Xls, [0x09, 0x04, 0x06, 0x00]),
    ];

    /// <summary>What old office documents begin with, and encrypted ones of today.</summary>
    public static ReadOnlySpan<byte> Compound => [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

    private static readonly (string Name, byte[] Magic)[] Unreadable =
    [
        ("a Windows program", "MZ"u8.ToArray()),
        ("a Linux program", [0x7F, 0x45, 0x4C, 0x46]),
        ("a sound or a film", "RIFF"u8.ToArray()),
        ("a gzip archive", [0x1F, 0x8B]),
        ("a 7z archive", [0x37, 0x7A, 0xBC, 0xAF]),
        ("a RAR archive", "Rar!"u8.ToArray()),
    ];

    /// <summary>
    /// The type of a file by its first <see cref="ParserLimits.HeadLength"/> bytes. That of a package or of an old
    /// office document is only what it is likely to be: see <see cref="PackageDetector"/>.
    /// </summary>
    public static Detection OfHead(string name, ReadOnlySpan<byte> head)
    {
        if (head.IsEmpty)
        {
            return Refuse(
                ParseErrors.EmptyFile,
                "The file has no content. Was it saved and sent to its end?"
            );
        }
        var named = DocumentFormat.OfName(name);
        if (IsPdf(named, head))
        {
            return Is(DocumentFormat.Pdf, named);
        }
        if (head.StartsWith("PK\x03\x04"u8) || head.StartsWith("PK\x05\x06"u8))
        {
            return Is(PackageDetector.OfHead(named, head), named);
        }
        if (head.StartsWith(Compound))
        {
            return OfCompound(name, named);
        }
        foreach (var (format, magic) in Readable)
        {
            if (head.StartsWith(magic))
            {
                return Is(format, named);
            }
        }
        if (OfPicture(head) is { } picture)
        {
            return Is(picture, named);
        }
        if (BinaryName(head) is { } binary)
        {
            return Refuse(
                ParseErrors.UnsupportedType,
                $"The content is {binary}, which cannot be read. Send one of {string.Join(", ", DocumentFormat.AllExtensions)}."
            );
        }
        var content = TextFormats.Of(named, head);
        return new Detection(content, named is not null && named != content, null);
    }

    // Two letters begin many a text: a bitmap has its reserved zeros behind its length. WebP is one kind of RIFF.
    private static DocumentFormat? OfPicture(ReadOnlySpan<byte> head) =>
        head.Length < 30 ? null
        : head.StartsWith("BM"u8) && !head[6..10].ContainsAnyExcept((byte)0) ? DocumentFormat.Bmp
        : head.StartsWith("RIFF"u8) && head[8..12].SequenceEqual("WEBP"u8) ? DocumentFormat.Webp
        : null;

    public static Detection Is(DocumentFormat content, DocumentFormat? named) =>
        new(content, named is not null && named != content, null);

    public static Detection Refuse(string code, string message) =>
        new(null, false, new ParseFailure(code, message));

    // A text may speak of PDF in its first lines, and an archive may begin with one that is in it; a PDF starts with it,
    // or after some bytes that are no text.
    private static bool IsPdf(DocumentFormat? named, ReadOnlySpan<byte> head) =>
        head[..Math.Min(head.Length, PdfWithin)].IndexOf("%PDF-"u8) is >= 0 and var at
        && (
            at == 0
            || named == DocumentFormat.Pdf
            || (!head.StartsWith("PK\x03\x04"u8) && BinaryName(head[..at]) is not null)
        );

    // Workbooks, documents that are encrypted, or an old one of Word: what it is stands anywhere in it.
    private static Detection OfCompound(string name, DocumentFormat? named) =>
        Path.GetExtension(name).ToLowerInvariant() is ".doc" or ".ppt" or ".msg" or ".msi"
            ? PackageDetector.OldDocument
            : new Detection(
                DocumentFormat.Xls,
                named is not null && named != DocumentFormat.Xls,
                null
            );

    private static string? BinaryName(ReadOnlySpan<byte> head)
    {
        foreach (var (name, magic) in Unreadable)
        {
            if (
                head.StartsWith(magic)
                && (magic.Length > 2 || head.ContainsAnyInRange((byte)0, (byte)8))
            )
            {
                return name;
            }
        }
        if (TextEncoding.OfHead(head) is UnicodeEncoding or UTF32Encoding)
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

    // Tab, line feed, vertical tab, form feed, carriage return, end of file of old systems, escape.
    private static bool IsControl(byte b) =>
        b < 0x20 && b is not (9 or 10 or 11 or 12 or 13 or 26 or 27);
}
