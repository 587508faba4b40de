using System.Buffers.Binary;
using System.Text;

namespace Jobs.Kinds.Queries.Index;

/// <summary>Reads a <c>tsvector</c> in PostgreSQL's binary form, as <c>tsvectorsend</c> gives it.</summary>
internal ref struct TermVector(ReadOnlySpan<byte> bytes)
{
    private const int WeightShift = 14;
    private const int TitleWeight = 3;

    private ReadOnlySpan<byte> rest = bytes[4..];
    private int left = BinaryPrimitives.ReadInt32BigEndian(bytes);

    /// <summary>The next lexeme, its length in the buffer, and how often it counts in ranking; false at the end.</summary>
    public bool TryRead(scoped Span<char> buffer, out int length, out int count)
    {
        if (left-- <= 0)
        {
            length = 0;
            count = 0;
            return false;
        }
        var end = rest.IndexOf((byte)0);
        length = Encoding.UTF8.GetChars(rest[..end], buffer);
        rest = rest[(end + 1)..];
        var positions = BinaryPrimitives.ReadUInt16BigEndian(rest);
        count = 0;
        for (var i = 0; i < positions; i++)
        {
            var position = BinaryPrimitives.ReadUInt16BigEndian(rest[(2 + (i * 2))..]);
            count += position >> WeightShift == TitleWeight ? Bm25.TitleWeight : 1;
        }
        // A vector without positions still has the word.
        count = Math.Max(1, count);
        rest = rest[(2 + (positions * 2))..];
        return true;
    }
}
