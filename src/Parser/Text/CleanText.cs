using System.Buffers;
using System.Text;

namespace Jobs.Parser.Text;

/// <summary>
/// Text as PostgreSQL takes it and pages can show it: no control characters but tab and line feed, line ends that
/// are line feeds, no half of a surrogate pair. Search marks matches with control characters and relies on this.
/// </summary>
internal static class CleanText
{
    private static readonly SearchValues<char> Suspects = SearchValues.Create([
        .. Enumerable.Range(0, 0x20).Select(c => (char)c).Where(c => c is not ('\t' or '\n')),
        .. Enumerable.Range(0x7F, 0x21).Select(c => (char)c),
        '\u00AD',
        '\uFEFF',
        .. Enumerable.Range(0xD800, 0x800).Select(c => (char)c),
    ]);

    public static string Of(ReadOnlySpan<char> text)
    {
        if (!text.ContainsAny(Suspects))
        {
            return text.ToString();
        }
        var clean = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                clean.Append(c).Append(text[++i]);
            }
            else if (char.IsSurrogate(c))
            {
                clean.Append('\uFFFD');
            }
            else if (c == '\r')
            {
                if (i + 1 == text.Length || text[i + 1] != '\n')
                {
                    clean.Append('\n');
                }
            }
            else if (c is '\u00AD' or '\uFEFF')
            {
                // Invisible, and it would split a word in two.
            }
            else
            {
                clean.Append(char.IsControl(c) && c is not ('\t' or '\n') ? ' ' : c);
            }
        }
        return clean.ToString();
    }

    /// <summary>One line: white space runs become one space; null when nothing is left.</summary>
    public static string? Line(string? text, int maxLength)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }
        // Cut first: a title of megabytes is not worth splitting.
        var cut = Cut(text, Math.Min(text.Length, maxLength * 4));
        var line = string.Join(
            ' ',
            Of(cut).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
        );
        return line.Length == 0 ? null : Cut(line, maxLength);
    }

    /// <summary>At most <paramref name="length"/> UTF-16 units, never half of a surrogate pair.</summary>
    public static string Cut(string text, int length) =>
        text.Length <= length ? text
        : char.IsHighSurrogate(text[length - 1]) ? text[..(length - 1)]
        : text[..length];
}
