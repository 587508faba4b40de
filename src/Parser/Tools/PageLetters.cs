namespace Jobs.Parser.Tools;

/// <summary>How much is written on each page, and whether it is written from right to left.</summary>
internal sealed class PageLetters
{
    private readonly Dictionary<int, int> characters = [];
    private long rightToLeft;
    private long total;

    /// <summary>Whether a good part of it is Arabic, Hebrew or written as these are.</summary>
    public bool IsRightToLeft => rightToLeft > total / 4;

    /// <summary>How many characters a page has.</summary>
    public int On(int page) => characters.GetValueOrDefault(page);

    public void Add(int page, ReadOnlySpan<char> words)
    {
        characters[page] = On(page) + words.Trim().Length;
        foreach (var letter in words)
        {
            total += char.IsLetter(letter) ? 1 : 0;
            rightToLeft += IsOfRightToLeft(letter) ? 1 : 0;
        }
    }

    // The blocks from Hebrew to Arabic Extended-A, and what they are drawn as.
    private static bool IsOfRightToLeft(char letter) =>
        letter
            is (>= '\u0590' and <= '\u08FF')
                or (>= '\uFB1D' and <= '\uFDFF')
                or (>= '\uFE70' and <= '\uFEFC')
        && char.IsLetter(letter);
}
