using System.Text.RegularExpressions;
using ExcelDataReader;

namespace Jobs.Parser.Extraction.Office;

/// <summary>What a sheet has above and below each page that is printed, without its codes for places, fonts and numbers.</summary>
internal static partial class SheetMargins
{
    public static void Read(HeaderFooter? margins, ExtractedText text, bool top)
    {
        if (margins is null)
        {
            return;
        }
        string?[] all = top
            ? [margins.OddHeader, margins.EvenHeader, margins.FirstHeader]
            : [margins.OddFooter, margins.EvenFooter, margins.FirstFooter];
        foreach (var margin in all.OfType<string>().Distinct(StringComparer.Ordinal))
        {
            foreach (var part in Places().Split(margin))
            {
                text.Add(
                    Codes().Replace(part, m => m.Value == "&&" ? "&" : "").ReplaceLineEndings(" ")
                );
            }
        }
    }

    // Left, centre, right.
    [GeneratedRegex("(?<!&)&[LCR]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Places();

    [GeneratedRegex(
        "&(\"[^\"]{0,100}\"|K[0-9A-F]{6}|K[0-9]{2}[+-][0-9]{3}|[0-9]{1,3}|.)",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Codes();
}
