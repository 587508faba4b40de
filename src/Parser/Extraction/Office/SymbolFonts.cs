using System.Globalization;

namespace Jobs.Parser.Extraction.Office;

/// <summary>
/// The characters that fonts of symbols have in place of letters, as far as documents say something by them: ticks,
/// boxes, arrows, bullets, and the Greek and the mathematics of Symbol.
/// </summary>
internal static class SymbolFonts
{
    // Of the code points 0x20 to 0x7E; as Adobe's encoding of the font has them.
    private const string LowSymbols =
        " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼";

    // Of the code points 0xA1 to 0xD7.
    private const string HighSymbols = "ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅";

    /// <summary>The character; empty for one that is a mere picture.</summary>
    /// <param name="font">Its name.</param>
    /// <param name="code">Hexadecimal; in the private area of Unicode, or as the font itself has it.</param>
    public static string Of(string? font, string? code)
    {
        if (
            !int.TryParse(
                code,
                NumberStyles.HexNumber,
                CultureInfo.InvariantCulture,
                out var number
            )
        )
        {
            return "";
        }
        var inFont = number is >= 0xF000 and <= 0xF0FF ? number - 0xF000 : number;
        return font?.ToUpperInvariant() switch
        {
            "SYMBOL" => OfSymbol(inFont),
            "WINGDINGS" => OfWingdings(inFont),
            "WINGDINGS 2" => OfWingdings2(inFont),
            "WEBDINGS" => inFont == 0x61 ? "✔" : "",
            _ => number is >= 0x20 and < 0xD800 ? char.ToString((char)number) : "",
        };
    }

    private static string OfSymbol(int code) =>
        code is >= 0x20 and <= 0x7E ? char.ToString(LowSymbols[code - 0x20])
        : code >= 0xA1 && code - 0xA1 < HighSymbols.Length ? char.ToString(HighSymbols[code - 0xA1])
        : "";

    private static string OfWingdings(int code) =>
        code switch
        {
            0x6C => "●",
            0x6E => "■",
            0x6F or 0x70 or 0x71 or 0x72 or 0xA8 => "☐",
            0x76 => "❖",
            0x9F => "•",
            0xA7 => "▪",
            0xDF or 0xE7 => "←",
            0xE0 or 0xE8 => "→",
            0xE1 or 0xE9 => "↑",
            0xE2 or 0xEA => "↓",
            0xF0 => "⇨",
            0xF3 => "⬄",
            0xFB => "✗",
            0xFC => "✓",
            0xFD => "☒",
            0xFE => "☑",
            0x4A => "☺",
            0x4C => "☹",
            0x28 => "☎",
            0x2A => "✉",
            _ => "",
        };

    private static string OfWingdings2(int code) =>
        code switch
        {
            0x4F => "✗",
            0x50 => "✓",
            0x51 or 0x53 or 0x54 => "☒",
            0x52 => "☑",
            0x30 or 0x2A or 0xA3 => "☐",
            _ => "",
        };
}
