using System.Text;
using ExcelDataReader;

namespace Jobs.Parser.Extraction.Office;

/// <summary>What is printed above and below the sheets of a workbook.</summary>
internal static class PageMargins
{
    /// <summary>The words of all headers and footers of a sheet, each once: its parts left, in the middle and right.</summary>
    public static IEnumerable<string> Of(HeaderFooter? sheet) =>
        sheet is null
            ? []
            : new[]
            {
                sheet.FirstHeader,
                sheet.OddHeader,
                sheet.EvenHeader,
                sheet.FirstFooter,
                sheet.OddFooter,
                sheet.EvenFooter,
            }
                .SelectMany(Parts)
                .Distinct(StringComparer.Ordinal);

    // ECMA-376 Part 1, 18.3.1.39 (evenHeader and the others): letters after & are fields and formats.
    private static IEnumerable<string> Parts(string? codes)
    {
        var part = new StringBuilder();
        for (var i = 0; i < (codes?.Length ?? 0); i++)
        {
            if (codes![i] != '&' || i + 1 == codes.Length)
            {
                part.Append(codes[i] is '\n' or '\r' ? ' ' : codes[i]);
                continue;
            }
            i++;
            switch (codes[i])
            {
                case 'L' or 'C' or 'R':
                    yield return part.ToString();
                    part.Clear();
                    break;
                case '&':
                    part.Append('&');
                    break;
                // A font, in quotes.
                case '"':
                    var end = codes.IndexOf('"', i + 1);
                    i = end < 0 ? codes.Length : end;
                    break;
                // A color: six hexadecimal digits, or one of a theme with its tint.
                case 'K':
                    i = Math.Min(i + 6, codes.Length);
                    break;
                // A size.
                case >= '0' and <= '9':
                    while (i + 1 < codes.Length && char.IsAsciiDigit(codes[i + 1]))
                    {
                        i++;
                    }
                    break;
                default:
                    break;
            }
        }
        yield return part.ToString();
    }
}
