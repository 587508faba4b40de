using System.Runtime.InteropServices;

namespace Jobs.Kinds.Queries.Index;

/// <summary>Which passages of a segment are whose, and which documents were deleted. Immutable.</summary>
internal sealed class SegmentMap
{
    // Itself, its arrays' heads and its place among the others: most of what a tenant with one document takes.
    private const int Overhead = 400;

    private readonly byte[] ids;
    private readonly ushort[] firsts;
    private readonly HashSet<int> deleted;

    public SegmentMap(byte[] ids, byte[] firsts, byte[] deleted, int passages, byte[]? inline)
    {
        this.ids = ids;
        this.firsts = MemoryMarshal.Cast<byte, ushort>(firsts).ToArray();
        this.deleted = [.. Ordinals(deleted)];
        Passages = passages;
        DeletedBytes = deleted.Length;
        Inline = inline is null ? null : InlinePostings.Read(inline);
    }

    public int Passages { get; }

    public int Documents => firsts.Length;

    /// <summary>How much of the segment's deletions this knows.</summary>
    public int DeletedBytes { get; }

    public int Deleted => deleted.Count;

    /// <summary>Null where each word has a row.</summary>
    public InlinePostings? Inline { get; }

    /// <summary>In memory, about.</summary>
    public long Bytes =>
        Overhead + ids.Length + (firsts.Length * 2L) + (deleted.Count * 32L) + (Inline?.Bytes ?? 0);

    public Guid Id(int ordinal) => new(ids.AsSpan(ordinal * 16, 16), bigEndian: true);

    /// <summary>When the document was taken in: its id says so.</summary>
    public long CreatedMs(int ordinal)
    {
        var id = ids.AsSpan(ordinal * 16, 6);
        var ms = 0L;
        foreach (var b in id)
        {
            ms = (ms << 8) | b;
        }
        return ms;
    }

    public bool IsDeleted(int ordinal) => deleted.Count > 0 && deleted.Contains(ordinal);

    public (int First, int End) PassagesOf(int ordinal) =>
        (firsts[ordinal], ordinal + 1 < firsts.Length ? firsts[ordinal + 1] : Passages);

    public int DocumentOf(int passage)
    {
        var found = Array.BinarySearch(firsts, (ushort)passage);
        return found >= 0 ? found : ~found - 1;
    }

    /// <summary>The same with more documents deleted.</summary>
    public static byte[] Fold(ReadOnlySpan<byte> deleted, IEnumerable<int> more) =>
        [
            .. MemoryMarshal.AsBytes<ushort>(
                Ordinals(deleted).Union(more).Select(o => (ushort)o).ToArray()
            ),
        ];

    public static byte[] WriteIds(IReadOnlyList<Guid> ids)
    {
        var bytes = new byte[ids.Count * 16];
        for (var i = 0; i < ids.Count; i++)
        {
            ids[i].TryWriteBytes(bytes.AsSpan(i * 16), bigEndian: true, out _);
        }
        return bytes;
    }

    public static byte[] WriteFirsts(IReadOnlyList<ushort> firsts) =>
        [.. MemoryMarshal.AsBytes<ushort>(firsts.ToArray())];

    private static int[] Ordinals(ReadOnlySpan<byte> bytes)
    {
        var ordinals = MemoryMarshal.Cast<byte, ushort>(bytes);
        var result = new int[ordinals.Length];
        for (var i = 0; i < ordinals.Length; i++)
        {
            result[i] = ordinals[i];
        }
        return result;
    }
}
