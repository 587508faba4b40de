using System.Globalization;

namespace Jobs.Parser.Text;

/// <summary>
/// How unlikely it is that somebody wrote a text, judged by its letters beyond ASCII: signs in the middle of words,
/// capitals behind small letters, scripts in one word, letters that no one language has all of.
/// </summary>
internal static class Plausibility
{
    private const double Control = 8;
    private const double Strange = 3;
    private const double Odd = 2;
    private const double Foreign = 0.8;

    // What each place in the order of an alphabet costs. Of Latin letters a text has few, of others nothing else.
    private const double LatinRank = 0.05;
    private const double OtherRank = 0.03;
    private const string Finals = "ςךםןףץ";
    private const string Marks = "’‘“”„‚«»‹›–—…€£©®§°·•¿¡²³½¼×™ºª";

    /// <summary>A cost: of two readings of the same bytes the cheaper one is the likelier.</summary>
    public static double CostOf(string text, CodePage page)
    {
        var cost = page.Doubt;
        var letters = new Dictionary<char, int>();
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c < '\u0080')
            {
                continue;
            }
            var before = i > 0 ? text[i - 1] : ' ';
            var after = i + 1 < text.Length ? text[i + 1] : ' ';
            if (char.IsLetter(c))
            {
                var small = char.ToLowerInvariant(c);
                letters[small] = letters.GetValueOrDefault(small) + 1;
                cost += CostOfLetter(text, i, before, after);
            }
            else
            {
                cost += CostOfSign(c, before, after);
            }
        }
        return cost + page.Alphabets.Min(alphabet => CostOfForeign(letters, alphabet));
    }

    private static double CostOfForeign(Dictionary<char, int> letters, string alphabet) =>
        letters.Sum(l =>
            l.Value
            * (
                l.Key is 'ª' or 'º' or 'İ' ? 0
                : alphabet.IndexOf(l.Key, StringComparison.Ordinal) is >= 0 and var rank
                    ? rank * (IsLatin(l.Key) ? LatinRank : OtherRank)
                : Foreign
            )
        );

    private static double CostOfLetter(string text, int i, char before, char after)
    {
        var c = text[i];
        var cost = 0.0;
        if (c is 'ª' or 'º')
        {
            // An ordinal stands behind a number.
            return char.IsDigit(before) ? 0 : Odd;
        }
        // One word has letters of one script.
        cost += IsOther(c, before) ? Odd : 0;
        cost += IsOther(c, after) ? Odd : 0;
        if (char.IsUpper(c))
        {
            cost += 0.05;
            cost += char.IsLower(before) ? Odd : 0;
            cost += char.IsUpper(before) && char.IsLower(after) ? 1 : 0;
        }
        else if (char.IsLower(c))
        {
            cost += char.IsUpper(after) ? Odd : 0;
        }
        cost += char.IsDigit(before) || char.IsDigit(after) ? 0.3 : 0;
        // Such accents stand on the last letter of a word, and a long a before no other vowel.
        cost += c is 'à' or 'ì' or 'ò' or 'ù' && char.IsLetter(after) ? 0.5 : 0;
        cost += c is 'á' or 'à' or 'â' && after is 'a' or 'e' or 'o' or 'u' ? 0.4 : 0;
        // Letters that have a form for the end of a word have it nowhere else.
        cost += Finals.Contains(c, StringComparison.Ordinal) && char.IsLetter(after) ? Odd : 0;
        // Of Thai, where some vowels stand before their consonant.
        cost += c is >= 'เ' and <= 'ไ' && after is not (>= 'ก' and <= 'ฮ') ? Odd : 0;
        cost += c is 'ะ' or 'า' or 'ำ' && before is not (>= 'ก' and <= '๎') ? Odd : 0;
        if (IsLatin(c))
        {
            // Words of nothing but letters with accents, or three of them in a row, are letters of another script.
            var begin = i;
            while (begin > 0 && IsAccented(text[begin - 1]))
            {
                begin--;
            }
            var end = i + 1;
            while (end < text.Length && IsAccented(text[end]))
            {
                end++;
            }
            var isWord =
                (begin == 0 || !char.IsLetter(text[begin - 1]))
                && (end == text.Length || !char.IsLetter(text[end]));
            cost +=
                isWord && end - begin > 1 ? 1.5
                : end - begin > 2 ? 0.5
                : 0;
        }
        return cost;
    }

    private static double CostOfSign(char c, char before, char after)
    {
        var category = CharUnicodeInfo.GetUnicodeCategory(c);
        if (category is UnicodeCategory.NonSpacingMark)
        {
            var isAfterMark =
                CharUnicodeInfo.GetUnicodeCategory(before) is UnicodeCategory.NonSpacingMark;
            return before is 'ะ' or 'า' or 'ำ' or (>= 'เ' and <= 'ๆ') ? Odd
                : isAfterMark || (char.IsLetter(before) && Block(before) == Block(c)) ? 0
                : Strange;
        }
        if (
            c == '\uFFFD'
            || category
                is UnicodeCategory.Control
                    or UnicodeCategory.PrivateUse
                    or UnicodeCategory.OtherNotAssigned
        )
        {
            return Control;
        }
        var (left, right) = (char.IsLetter(before), char.IsLetter(after));
        if (c is >= '\u2500' and <= '\u259F')
        {
            return left || right ? Strange
                : IsBox(before) || IsBox(after) ? 0.5
                : 1;
        }
        if (c is '\u00A0' or '\u202F' or '\u00AD' or '\u200E' or '\u200F')
        {
            return before == ' ' || after == ' ' ? 0.6 : 0.2;
        }
        if (!Marks.Contains(c, StringComparison.Ordinal))
        {
            return left && right ? Strange
                : left || right ? Odd
                : 1;
        }
        return c switch
        {
            '’' => left && right ? 0.1 : 0.2,
            '–' or '—' => left && after != ' ' ? 0.7 : 0.1,
            '“' or '‘' or '«' or '„' or '‚' or '‹' => left ? Odd : 0.1,
            '”' or '»' or '›' => right ? Odd : 0.1,
            '¿' or '¡' => left || !right ? Odd : 0,
            _ => left && right ? Strange
            : left || right ? 0.5
            : char.IsDigit(before) || char.IsDigit(after) ? 0
            : before >= '\u0080' || after >= '\u0080' ? 0.5
            : 0.1,
        };
    }

    private static bool IsBox(char c) => c is >= '\u2500' and <= '\u259F';

    private static bool IsAccented(char c) => c >= '\u0080' && char.IsLetter(c);

    private static bool IsLatin(char c) => c is < '\u0250' or (>= '\u1E00' and <= '\u1EFF');

    private static bool IsOther(char c, char neighbour) =>
        char.IsLetter(neighbour) && Block(c) != Block(neighbour);

    private static int Block(char c) =>
        IsLatin(c) ? 0
        : c < '\u0530'
            ? c < '\u0400' ? 1
                : 2
        : c >> 8;
}
