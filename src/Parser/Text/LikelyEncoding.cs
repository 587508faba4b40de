using System.Text;

namespace Jobs.Parser.Text;

/// <summary>The likeliest encoding of a text that does not say it and is not valid UTF-8. Thread-safe.</summary>
internal static class LikelyEncoding
{
    private const int MaxSample = 8 * 1024;

    /// <summary>Guesses by the beginning of a text.</summary>
    public static Encoding Of(ReadOnlySpan<byte> beginning) => Of(beginning, CodePage.All);

    /// <summary>Guesses among these and the East Asian ones.</summary>
    public static Encoding Of(ReadOnlySpan<byte> beginning, IReadOnlyList<CodePage> pages)
    {
        if (IsMostlyUtf8(beginning))
        {
            return Encoding.UTF8;
        }
        var sample = Sample(beginning);
        var best = TextEncoding.Windows1252;
        var least = double.MaxValue;
        foreach (var page in pages)
        {
            var cost = Plausibility.CostOf(page.Encoding.GetString(sample), page);
            if (cost < least)
            {
                (best, least) = (page.Encoding, cost);
            }
        }
        foreach (var (page, common, hasKana) in EastAsian.All)
        {
            var encoding = Encoding.GetEncoding(page);
            var cost = EastAsian.CostOf(sample, encoding, common, hasKana);
            if (cost < least)
            {
                (best, least) = (encoding, cost);
            }
        }
        return best;
    }

    // The lines that say something about it: those with more than ASCII in them.
    private static byte[] Sample(ReadOnlySpan<byte> text)
    {
        var sample = new List<byte>(MaxSample);
        foreach (var range in text.Split((byte)'\n'))
        {
            var line = text[range];
            if (line.ContainsAnyInRange((byte)0x80, (byte)0xFF))
            {
                sample.AddRange(line[..Math.Min(line.Length, MaxSample - sample.Count)]);
                sample.Add((byte)'\n');
            }
            if (sample.Count >= MaxSample)
            {
                break;
            }
        }
        return [.. sample];
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
}
