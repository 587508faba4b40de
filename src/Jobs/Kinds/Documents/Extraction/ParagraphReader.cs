using System.Buffers;

namespace Jobs.Kinds.Documents.Extraction;

/// <summary>Reads paragraphs from a stream of text in bounded memory, however long a line or a paragraph is.</summary>
internal static class ParagraphReader
{
    private const int BufferLength = 64 * 1024;

    // A piece ends where a paragraph does, else where a line does, else between two words.
    private static readonly string[] Ends = ["\n\n", "\r\n\r\n", "\n", " "];

    /// <summary>Reads to the end, or until there is no more room.</summary>
    /// <param name="reader">Where the text comes from.</param>
    /// <param name="text">Where the paragraphs go.</param>
    /// <param name="pageAfter">Told how many form feeds were passed, says the page; null where there are no pages.</param>
    public static async Task ReadAsync(
        TextReader reader,
        ExtractedText text,
        Func<int, int?> pageAfter,
        CancellationToken ct
    )
    {
        var buffer = ArrayPool<char>.Shared.Rent(BufferLength);
        var held = 0;
        var feeds = 0;
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync(buffer.AsMemory(held, BufferLength - held), ct);
                var available = held + read;
                if (available == 0)
                {
                    return;
                }
                if (text.IsFull)
                {
                    text.Warn(ExtractedText.Truncated);
                    return;
                }
                if (read > 0 && available < BufferLength)
                {
                    held = available;
                    continue;
                }
                var length = read == 0 ? available : EndOfPiece(buffer.AsSpan(0, available));
                feeds = Add(buffer.AsSpan(0, length), text, pageAfter, feeds);
                buffer.AsSpan(length, available - length).CopyTo(buffer);
                held = available - length;
            }
        }
        finally
        {
            ArrayPool<char>.Shared.Return(buffer);
        }
    }

    private static int Add(
        ReadOnlySpan<char> piece,
        ExtractedText text,
        Func<int, int?> pageAfter,
        int feeds
    )
    {
        var first = true;
        foreach (var page in piece.Split('\f'))
        {
            feeds += first ? 0 : 1;
            first = false;
            text.AddParagraphs(piece[page], pageAfter(feeds));
        }
        return feeds;
    }

    private static int EndOfPiece(ReadOnlySpan<char> buffer)
    {
        foreach (var end in Ends)
        {
            var at = buffer.LastIndexOf(end);
            if (at > 0)
            {
                return at + end.Length;
            }
        }
        return char.IsHighSurrogate(buffer[^1]) ? buffer.Length - 1 : buffer.Length;
    }
}
