using System.Text;

namespace Jobs.Kinds.Queries.Index;

/// <summary>
/// Text as PostgreSQL is to divide it into words, of passages and of queries alike. What is written without spaces
/// between its words (Chinese, Japanese, and Korean with its endings) becomes pairs of neighbouring characters, which
/// PostgreSQL would take for one word; letters that are one look in several codes become one.
/// </summary>
internal static class IndexText
{
    private const char SoftHyphen = '\u00ad';

    public static string Of(string text)
    {
        if (Ascii.IsValid(text))
        {
            return text;
        }
        var one = Unify(text);
        return one.EnumerateRunes().Any(IsDense) ? Divide(one) : one;
    }

    /// <summary>Whether a character is of a script whose words are not divided.</summary>
    public static bool IsDense(Rune rune) =>
        rune.Value
            is (>= 0x3040 and <= 0x30ff and not 0x30fb)
                or 0x3005
                or (>= 0x3400 and <= 0x4dbf)
                or (>= 0x4e00 and <= 0x9fff)
                or (>= 0xac00 and <= 0xd7a3)
                or (>= 0xf900 and <= 0xfaff)
                or (>= 0x20000 and <= 0x3ffff);

    /// <summary>The same of a part of a text that may be half of a character.</summary>
    public static bool IsDense(ReadOnlySpan<char> text) =>
        Rune.DecodeFromUtf16(text, out var rune, out _) == System.Buffers.OperationStatus.Done
        && IsDense(rune);

    // "abc" of such characters becomes "ab bc", and one that stands alone stays.
    private static string Divide(string text)
    {
        var divided = new StringBuilder(text.Length * 2);
        Rune? before = null;
        var isAlone = false;
        foreach (var rune in text.EnumerateRunes())
        {
            if (!IsDense(rune))
            {
                End();
                divided.Append(rune.ToString());
                continue;
            }
            if (before is { } first)
            {
                divided.Append(first.ToString()).Append(rune.ToString());
            }
            divided.Append(' ');
            isAlone = before is null;
            before = rune;
        }
        End();
        return divided.ToString();

        void End()
        {
            if (isAlone)
            {
                divided.Append(before.ToString()).Append(' ');
            }
            before = null;
            isAlone = false;
        }
    }

    // Composed; of ligatures, wide letters and forms of Arabic letters the letters themselves.
    private static string Unify(string text)
    {
        try
        {
            var composed = text.Normalize(NormalizationForm.FormC);
            if (!composed.AsSpan().ContainsAnyExceptInRange('\0', (char)(SoftHyphen - 1)))
            {
                return composed;
            }
            var unified = new StringBuilder(composed.Length);
            for (var i = 0; i < composed.Length; )
            {
                var end = i;
                while (end < composed.Length && IsForm(composed[end]))
                {
                    end++;
                }
                if (end > i)
                {
                    unified.Append(composed[i..end].Normalize(NormalizationForm.FormKC));
                    i = end;
                    continue;
                }
                if (composed[i] != SoftHyphen)
                {
                    unified.Append(composed[i]);
                }
                i++;
            }
            return unified.ToString();
        }
        catch (ArgumentException)
        {
            // Half a character; it is no letter of any word.
            return text;
        }
    }

    private static bool IsForm(char c) =>
        c
            is (>= '\ufb00' and <= '\ufb06')
                or (>= '\ufb50' and <= '\ufdff')
                or (>= '\ufe70' and <= '\ufefc')
                or (>= '\uff01' and <= '\uffdc');
}
