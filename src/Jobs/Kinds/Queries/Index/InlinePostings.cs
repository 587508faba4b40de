using System.Runtime.InteropServices;
using System.Text;

namespace Jobs.Kinds.Queries.Index;

/// <summary>All postings of a small segment as one value. Immutable once read.</summary>
internal sealed class InlinePostings
{
    private readonly byte[] bytes;
    private readonly Dictionary<string, (int At, int Count)> lexemes = new(StringComparer.Ordinal);

    private InlinePostings(byte[] bytes) => this.bytes = bytes;

    /// <summary>In memory, about: a word has an entry and a string.</summary>
    public int Bytes => bytes.Length + (lexemes.Count * 96);

    public IReadOnlyCollection<string> Lexemes => lexemes.Keys;

    public ReadOnlySpan<Posting> this[string lexeme] =>
        lexemes.TryGetValue(lexeme, out var list)
            ? MemoryMarshal.Cast<byte, Posting>(bytes.AsSpan(list.At, list.Count * Posting.Bytes))
            : default;

    public static byte[] Write(SegmentBuilder segment)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        foreach (var lexeme in segment.Lexemes)
        {
            var postings = segment.Pack(lexeme);
            writer.Write(lexeme);
            writer.Write7BitEncodedInt(postings.Length / Posting.Bytes);
            writer.Write(postings);
        }
        writer.Flush();
        return stream.ToArray();
    }

    public static InlinePostings Read(byte[] bytes)
    {
        var inline = new InlinePostings(bytes);
        using var stream = new MemoryStream(bytes);
        using var reader = new BinaryReader(stream, Encoding.UTF8);
        while (stream.Position < stream.Length)
        {
            var lexeme = reader.ReadString();
            var count = reader.Read7BitEncodedInt();
            inline.lexemes[lexeme] = ((int)stream.Position, count);
            stream.Position += count * Posting.Bytes;
        }
        return inline;
    }
}
