namespace Jobs.Parser.Text;

/// <summary>Divides text into sentences, near enough for passages.</summary>
internal static class Sentences
{
    // Longer than any sentence, well below what PostgreSQL takes: tables, and scripts without spaces, are cut here.
    private const int MaxLength = 1500;

    public static IEnumerable<ReadOnlyMemory<char>> Of(string text)
    {
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var atEnd = i + 1 == text.Length || char.IsWhiteSpace(text[i + 1]);
            var ends =
                text[i] == '\n'
                || (atEnd && text[i] is '.' or '!' or '?' or '…')
                || text[i] is '。' or '！' or '？'
                || (
                    i - start >= MaxLength
                    && (char.IsWhiteSpace(text[i]) || i - start >= 2 * MaxLength)
                );
            // Never between the halves of a surrogate pair.
            if (ends && !char.IsHighSurrogate(text[i]))
            {
                if (Trim(text, start, i + 1) is { Length: > 0 } sentence)
                {
                    yield return sentence;
                }
                start = i + 1;
            }
        }
        if (Trim(text, start, text.Length) is { Length: > 0 } rest)
        {
            yield return rest;
        }
    }

    public static int CountWords(ReadOnlySpan<char> text)
    {
        var count = 0;
        var inWord = false;
        foreach (var c in text)
        {
            var isSpace = char.IsWhiteSpace(c);
            count += !isSpace && !inWord ? 1 : 0;
            inWord = !isSpace;
        }
        return count;
    }

    private static ReadOnlyMemory<char> Trim(string text, int start, int end) =>
        text.AsMemory(start, end - start).Trim();
}
