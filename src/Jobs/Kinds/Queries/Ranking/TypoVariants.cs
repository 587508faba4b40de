namespace Jobs.Kinds.Queries.Ranking;

/// <summary>What may be meant by a word as it was typed: all that is one mistake away, the likelier mistakes first.</summary>
internal static class TypoVariants
{
    /// <summary>Longer words are left as they are: they would have a thousand variants.</summary>
    public const int Longest = 20;

    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz";

    /// <summary>The variants of a word in lower case: neighbours change places, a letter too many, another one, one too few.</summary>
    public static IEnumerable<string> Of(string word)
    {
        if (word.Length > Longest)
        {
            yield break;
        }
        // Its own letters too, which are of its script.
        var letters = string.Concat(Alphabet.Union(word));
        for (var i = 0; i + 1 < word.Length; i++)
        {
            if (word[i] != word[i + 1])
            {
                yield return $"{word[..i]}{word[i + 1]}{word[i]}{word[(i + 2)..]}";
            }
        }
        for (var i = 0; i < word.Length; i++)
        {
            yield return word.Remove(i, 1);
        }
        for (var i = 0; i < word.Length; i++)
        {
            foreach (var letter in letters.Where(l => l != word[i]))
            {
                yield return $"{word[..i]}{letter}{word[(i + 1)..]}";
            }
        }
        for (var i = 0; i <= word.Length; i++)
        {
            foreach (var letter in letters)
            {
                yield return $"{word[..i]}{letter}{word[i..]}";
            }
        }
    }
}
