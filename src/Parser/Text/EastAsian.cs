using System.Text;

namespace Jobs.Parser.Text;

/// <summary>How unlikely it is that a text was written in an encoding of two bytes a character.</summary>
internal static class EastAsian
{
    private const double Invalid = 4;
    private const double Rare = 1.5;
    private const double Uncommon = 0.6;

    /// <summary>Japanese, simplified and traditional Chinese, Korean.</summary>
    public static IReadOnlyList<(int Page, HashSet<char> Common, bool HasKana)> All { get; } =
    [
        (932, CommonCharacters.Japanese, true),
        (51932, CommonCharacters.Japanese, true),
        (54936, CommonCharacters.Simplified, false),
        (950, CommonCharacters.Traditional, false),
        (949, CommonCharacters.Korean, false),
    ];

    /// <summary>A cost that compares with that of <see cref="Plausibility"/>.</summary>
    public static double CostOf(
        ReadOnlySpan<byte> bytes,
        Encoding encoding,
        HashSet<char> common,
        bool hasKana
    )
    {
        var text = Strict(encoding).GetString(bytes);
        var cost = 0.1;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c < '\u0080')
            {
                continue;
            }
            cost += c switch
            {
                _ when common.Contains(c) => 0,
                '\uFFFD' or '\u30FB' => Invalid,
                >= '\u3040' and <= '\u30FF' => hasKana ? 0 : 1,
                // Katakana of half a width: a byte each, that anything may be.
                >= '\uFF61' and <= '\uFF9F' => 1,
                >= '\uAC00' and <= '\uD7A3' => Uncommon,
                >= '\u4E00' and <= '\u9FFF' => IsLevelOne(c, encoding) ? Uncommon : Rare,
                (>= '\u3000' and <= '\u303F') or (>= '\uFF00' and <= '\uFF60') => 0.05,
                (>= '\u2010' and <= '\u2030') or '·' or '×' or '°' => 0.1,
                _ => Rare,
            };
            cost += IsLetter(c) ? CostOfNeighbours(text, i) : 0;
        }
        return cost;
    }

    // In words of ASCII letters.
    private static double CostOfNeighbours(string text, int i)
    {
        var before = i > 0 && char.IsAsciiLetterLower(text[i - 1]);
        var after = i + 1 < text.Length && char.IsAsciiLetterLower(text[i + 1]);
        return before && after ? 1
            : before || after ? 0.4
            : 0;
    }

    private static bool IsLetter(char c) => c is >= '\u3000' and <= '\uFFDC';

    // Each has a replacement of its own for what is invalid, and some of them are characters.
    private static Encoding Strict(Encoding encoding) =>
        Encoding.GetEncoding(
            encoding.CodePage,
            EncoderFallback.ReplacementFallback,
            new DecoderReplacementFallback("\uFFFD")
        );

    // The standards have the commoner characters first.
    private static bool IsLevelOne(char c, Encoding encoding)
    {
        Span<byte> bytes = stackalloc byte[4];
        var length = encoding.GetBytes([c], bytes);
        return length == 2
            && encoding.CodePage switch
            {
                932 => bytes[0] is >= 0x88 and <= 0x98,
                51932 => bytes[0] is >= 0xB0 and <= 0xCF,
                54936 => bytes[0] is >= 0xB0 and <= 0xD7 && bytes[1] >= 0xA1,
                950 => bytes[0] is >= 0xA4 and <= 0xC6,
                _ => false,
            };
    }
}
