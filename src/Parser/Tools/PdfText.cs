using System.Buffers;
using System.Text.RegularExpressions;

namespace Jobs.Parser.Tools;

/// <summary>Makes words of what stands on a page: letters that are drawn as one, words that the end of a line divides.</summary>
internal static partial class PdfText
{
    // poppler says of every word which way it is read; who shows a text knows.
    private static readonly SearchValues<char> Directions = SearchValues.Create(
        "\u200E\u200F\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069"
    );

    public static string Of(ReadOnlySpan<char> piece)
    {
        var text = piece
            .ToString()
            .Replace("\uFB00", "ff", StringComparison.Ordinal)
            .Replace("\uFB01", "fi", StringComparison.Ordinal)
            .Replace("\uFB02", "fl", StringComparison.Ordinal)
            .Replace("\uFB03", "ffi", StringComparison.Ordinal)
            .Replace("\uFB04", "ffl", StringComparison.Ordinal)
            .Replace("\uFB05", "st", StringComparison.Ordinal)
            .Replace("\uFB06", "st", StringComparison.Ordinal)
            .Replace("\u00AD\n", "", StringComparison.Ordinal);
        text = text.AsSpan().ContainsAny(Directions) ? Direction().Replace(text, "") : text;
        return text.Contains("-\n", StringComparison.Ordinal)
            ? Divided().Replace(text, m => Joined(m, text))
            : text;
    }

    // A word that has its hyphen where no line ends has it here too.
    private static string Joined(Match divided, string text)
    {
        var (before, after) = (divided.Groups["before"].Value, divided.Groups["after"].Value);
        var withHyphen = $"{before}-{after}";
        return text.Contains(withHyphen, StringComparison.OrdinalIgnoreCase)
            ? withHyphen
            : before + after;
    }

    [GeneratedRegex(
        @"[\u200E\u200F\u202A-\u202E\u2066-\u2069]",
        RegexOptions.None,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Direction();

    [GeneratedRegex(
        @"(?<before>\p{L}{0,40}\p{Ll})[-\u2010]\n(?<after>\p{Ll}\p{L}{0,40})",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Divided();
}
