using System.Text;

namespace Jobs.Parser.Extraction.Rtf;

/// <summary>In which code page the bytes of each font are.</summary>
internal sealed class RtfFonts
{
    private readonly Dictionary<int, int> pages = [];
    private readonly Dictionary<int, Encoding> encodings = [];
    private int defined;

    /// <summary>Of the document, where a font has none of its own.</summary>
    public int DocumentPage { get; set; } = 1252;

    public int DefaultFont { get; set; }

    /// <summary>Takes a word of the font table.</summary>
    public void Define(RtfToken token)
    {
        switch (token)
        {
            case { Word: "f", Number: { } font }:
                defined = font;
                break;
            case { Word: "fcharset", Number: { } charset } when OfCharset(charset) is { } page:
                pages[defined] = page;
                break;
            case { Word: "cpg", Number: { } page }:
                pages[defined] = page;
                break;
            default:
                break;
        }
    }

    public Encoding Of(int font)
    {
        var page = pages.GetValueOrDefault(font, DocumentPage);
        if (!encodings.TryGetValue(page, out var encoding))
        {
            try
            {
                encoding = Encoding.GetEncoding(page);
            }
            catch (Exception e) when (e is ArgumentException or NotSupportedException)
            {
                encoding = Encoding.GetEncoding(1252);
            }
            encodings[page] = encoding;
        }
        return encoding;
    }

    // The character sets of Windows' fonts.
    private static int? OfCharset(int charset) =>
        charset switch
        {
            77 => 10000,
            128 => 932,
            129 => 949,
            134 => 936,
            136 => 950,
            161 => 1253,
            162 => 1254,
            163 => 1258,
            177 => 1255,
            178 => 1256,
            186 => 1257,
            204 => 1251,
            222 => 874,
            238 => 1250,
            254 => 437,
            255 => 850,
            _ => null,
        };
}
