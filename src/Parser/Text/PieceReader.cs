using System.Buffers;
using Jobs.Parser.Extraction;

namespace Jobs.Parser.Text;

/// <summary>Takes some whole paragraphs, or what there is of one that is very long.</summary>
internal delegate void PieceTaker(ReadOnlySpan<char> piece);

/// <summary>Reads a stream of text in pieces of at most 64 K characters, however long a line or a paragraph is.</summary>
internal static class PieceReader
{
    private const int BufferLength = 64 * 1024;

    // A piece ends where a paragraph does, else where a line does, else between two words.
    private static readonly string[] Ends = ["\n\n", "\r\n\r\n", "\n", " "];

    /// <summary>Reads to the end, or until there is no more room.</summary>
    public static async Task ReadAsync(
        TextReader reader,
        ExtractedText text,
        PieceTaker take,
        CancellationToken ct
    )
    {
        var buffer = ArrayPool<char>.Shared.Rent(BufferLength);
        var held = 0;
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
                    text.Warn(DocumentWarnings.Truncated);
                    return;
                }
                if (read > 0 && available < BufferLength)
                {
                    held = available;
                    continue;
                }
                ct.ThrowIfCancellationRequested();
                var length = read == 0 ? available : EndOfPiece(buffer.AsSpan(0, available));
                take(buffer.AsSpan(0, length));
                buffer.AsSpan(length, available - length).CopyTo(buffer);
                held = available - length;
            }
        }
        finally
        {
            ArrayPool<char>.Shared.Return(buffer);
        }
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
