using System.Globalization;
using System.Text;

namespace Jobs.Parser.Extraction.Office;

/// <summary>Numbers as lists write them. ECMA-376 Part 1, 17.18.59 (ST_NumberFormat).</summary>
internal static class ListNumber
{
    // Beyond it nobody counts in letters or as the Romans did.
    private const int Most = 5000;

    private static readonly (int Value, string Sign)[] Roman =
    [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];

    /// <summary>The number in one of the formats that Latin script has; in digits where it is another.</summary>
    public static string Of(int number, string format) =>
        format switch
        {
            "none" => "",
            "decimalZero" => number.ToString("00", CultureInfo.InvariantCulture),
            "upperRoman" when IsCountable(number) => OfRoman(number),
            "lowerRoman" when IsCountable(number) => OfRoman(number).ToLowerInvariant(),
            "upperLetter" when IsCountable(number) => OfLetter(number, 'A'),
            "lowerLetter" when IsCountable(number) => OfLetter(number, 'a'),
            "ordinal" => number.ToString(CultureInfo.InvariantCulture) + Ending(number),
            _ => number.ToString(CultureInfo.InvariantCulture),
        };

    private static bool IsCountable(int number) => number is > 0 and <= Most;

    private static string OfRoman(int number)
    {
        var signs = new StringBuilder();
        foreach (var (value, sign) in Roman)
        {
            for (; number >= value; number -= value)
            {
                signs.Append(sign);
            }
        }
        return signs.ToString();
    }

    // After z comes aa, then bb.
    private static string OfLetter(int number, char first) =>
        new((char)(first + ((number - 1) % 26)), ((number - 1) / 26) + 1);

    private static string Ending(int number) =>
        (number % 100) is 11 or 12 or 13
            ? "th"
            : (number % 10) switch
            {
                1 => "st",
                2 => "nd",
                3 => "rd",
                _ => "th",
            };
}
