using System.Globalization;
using System.Text;
using UtfUnknown;

namespace Jobs.Parser.Text;

/// <summary>The likeliest encoding of a text that does not say it and is not valid UTF-8. Thread-safe.</summary>
internal static class LikelyEncoding
{
    private const float LeastConfidence = 0.5f;

    // Fewer letters beyond ASCII have no frequencies.
    private const int FewBytes = 4;

    /// <summary>Guesses by the beginning of a text.</summary>
    public static Encoding Of(ReadOnlySpan<byte> beginning)
    {
        if (IsMostlyUtf8(beginning))
        {
            return Encoding.UTF8;
        }
        var best = CharsetDetector.DetectFromBytes(beginning.ToArray()).Detected;
        if (
            best?.Encoding is not { } encoding
            || best.Confidence < LeastConfidence
            || (encoding.IsSingleByte && CountHigh(beginning) < FewBytes)
        )
        {
            return Western(beginning);
        }
        return encoding.CodePage switch
        {
            // Windows' own pages have all letters of those of ISO, and the quotes that people take for theirs.
            28591 or 1252 or 20127 or 65001 or 28605 => Western(beginning),
            28599 => Encoding.GetEncoding(1254),
            _ => encoding,
        };
    }

    // Damaged here and there, as a log that was cut: a few wrong bytes among letters that are none by accident.
    private static bool IsMostlyUtf8(ReadOnlySpan<byte> bytes)
    {
        var (letters, wrong) = (0, 0);
        while (!bytes.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(bytes, out _, out var length);
            if (status == System.Buffers.OperationStatus.Done)
            {
                letters += length > 1 ? 1 : 0;
            }
            else
            {
                wrong++;
            }
            bytes = bytes[length..];
        }
        return letters > 2 * wrong;
    }

    // Frequencies tell languages of Latin letters badly apart. Where Windows-1252 makes signs of what stand in the
    // middle of words, another page that makes fewer is the right one.
    private static Encoding Western(ReadOnlySpan<byte> bytes)
    {
        var best = TextEncoding.Windows1252;
        var fewest = CountOdd(best.GetString(bytes));
        foreach (var page in (ReadOnlySpan<int>)[28605, 1250, 28592])
        {
            if (fewest == 0)
            {
                break;
            }
            var other = Encoding.GetEncoding(page);
            var odd = CountOdd(other.GetString(bytes));
            if (odd < fewest)
            {
                (best, fewest) = (other, odd);
            }
        }
        return best;
    }

    private static int CountOdd(string text)
    {
        var odd = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c < '\u0080')
            {
                continue;
            }
            var before = i > 0 && char.IsLetter(text[i - 1]);
            var after = i + 1 < text.Length && char.IsLetter(text[i + 1]);
            odd += c switch
            {
                // Control characters, and a sign that nobody writes.
                < '\u00A0' or '\u00A4' => 1,
                // An ordinal stands behind a number.
                '\u00BA' or '\u00AA' => after && !(i > 0 && char.IsDigit(text[i - 1])) ? 1 : 0,
                _ => before && after && IsSign(c) ? 1 : 0,
            };
        }
        return odd;
    }

    private static bool IsSign(char c) =>
        char.IsSymbol(c)
        || char.GetUnicodeCategory(c)
            is UnicodeCategory.OtherNumber
                or UnicodeCategory.InitialQuotePunctuation
        || c is '\u00BB' or '\u00BF' or '\u00A1';

    private static int CountHigh(ReadOnlySpan<byte> bytes)
    {
        var count = 0;
        foreach (var b in bytes)
        {
            count += b >= 0x80 ? 1 : 0;
        }
        return count;
    }
}
