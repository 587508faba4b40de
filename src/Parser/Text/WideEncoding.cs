using System.Globalization;
using System.Text;

namespace Jobs.Parser.Text;

/// <summary>Tells text in UTF-16 and UTF-32 that has no byte order mark, whatever its script is.</summary>
internal static class WideEncoding
{
    private const double MostForeign = 0.02;
    private const int MaxSample = 2048;
    private const int MaxScripts = 4;

    private static readonly (Encoding Encoding, int Width)[] Candidates =
    [
        (new UTF32Encoding(bigEndian: false, byteOrderMark: true), 4),
        (new UTF32Encoding(bigEndian: true, byteOrderMark: true), 4),
        (Encoding.Unicode, 2),
        (Encoding.BigEndianUnicode, 2),
    ];

    /// <summary>The encoding by the first bytes; null where it is none of them, which the least doubt is enough for.</summary>
    public static Encoding? Of(ReadOnlySpan<byte> head)
    {
        // A text of single bytes has none of these, and of two random bytes in the wrong order most are no letters.
        if (head.Length < 4 || !HasControl(head))
        {
            return null;
        }
        var sample = head[..(Math.Min(head.Length, MaxSample) & ~3)];
        foreach (var (encoding, width) in Candidates)
        {
            // A whole file has whole characters.
            var isWhole = head.Length % width == 0 || head.Length >= ParserLimits.HeadLength;
            if (isWhole && IsText(encoding.GetString(sample[..(sample.Length / width * width)])))
            {
                return encoding;
            }
        }
        return null;
    }

    private static bool HasControl(ReadOnlySpan<byte> head)
    {
        foreach (var b in head[..Math.Min(head.Length, MaxSample)])
        {
            if (b < 0x20 && b is not (9 or 10 or 12 or 13 or 26 or 27))
            {
                return true;
            }
        }
        return false;
    }

    private static bool IsText(string text)
    {
        var (letters, foreign, spaces) = (0, 0, 0);
        var scripts = new HashSet<int>();
        foreach (var c in text)
        {
            if (c is ' ' or '\n' or '\r' or '\t' or '\u3000' or '。' or '、' or '，')
            {
                spaces++;
            }
            else if (ScriptOf(c) is { } script)
            {
                letters++;
                scripts.Add(script);
            }
            else if (!IsSign(c))
            {
                foreign++;
            }
        }
        return letters > 0
            && foreign <= text.Length * MostForeign
            && scripts.Count <= MaxScripts
            // Words that nothing divides are text only where they are short, or in letters that need no spaces.
            && (spaces > 0 || text.Length < 32);
    }

    private static bool IsSign(char c) =>
        c switch
        {
            < '\u0020' or (>= '\u007F' and < '\u00A0') or '\uFFFD' => false,
            < '\u0250' => true,
            (>= '\u2010' and <= '\u2030') or (>= '\u20A0' and <= '\u20BF') => true,
            (>= '\u3000' and <= '\u301F') or (>= '\uFF00' and <= '\uFF65') => true,
            (>= '\u0300' and <= '\u036F') => true,
            _ => char.IsSurrogate(c),
        };

    // Those that files without a mark are written in; their blocks, roughly.
    private static int? ScriptOf(char c) =>
        !char.IsLetter(c) && CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark
            ? null
            : c switch
            {
                < '\u0250' => 0,
                >= '\u0370' and <= '\u03FF' => 1,
                >= '\u0400' and <= '\u04FF' => 2,
                >= '\u0530' and <= '\u058F' => 3,
                >= '\u0590' and <= '\u05FF' => 4,
                >= '\u0600' and <= '\u06FF' => 5,
                >= '\u0900' and <= '\u097F' => 6,
                >= '\u0E00' and <= '\u0E7F' => 7,
                >= '\u10A0' and <= '\u10FF' => 8,
                >= '\u1E00' and <= '\u1EFF' => 0,
                >= '\u3040' and <= '\u30FF' => 9,
                >= '\u4E00' and <= '\u9FFF' => 10,
                >= '\uAC00' and <= '\uD7A3' => 11,
                _ => null,
            };
}
