using System.Buffers;
using System.Runtime.InteropServices;
using Jobs.Kinds.Queries.Index;

namespace Jobs.Kinds.Queries.Ranking;

/// <summary>
/// A segment as it was read for some queries: its map, what was deleted of it since, and the postings of their words.
/// Not thread-safe; dispose it to give the buffers back.
/// </summary>
internal sealed class SegmentPostings(long id, int deletedBytes) : IDisposable
{
    private readonly Dictionary<string, (byte[] Bytes, int Length, double Share)> lists = new(
        StringComparer.Ordinal
    );

    public long Id { get; } = id;

    /// <summary>How many deletions its map must know.</summary>
    public int DeletedBytes { get; } = deletedBytes;

    /// <summary>Deletions that its map does not know.</summary>
    public HashSet<int> Loose { get; } = [];

    public SegmentMap Map { get; set; } = null!;

    /// <summary>Adds a list of postings, in a buffer from the shared pool.</summary>
    public void Add(string lexeme, byte[] rented, int length, double share) =>
        lists[lexeme] = (rented, length, share);

    /// <summary>The first of a word's postings, up to a share of all.</summary>
    public ReadOnlySpan<Posting> Get(string lexeme, double share)
    {
        if (Map.Inline is { } inline)
        {
            return inline[lexeme];
        }
        if (!lists.TryGetValue(lexeme, out var list))
        {
            return default;
        }
        var postings = MemoryMarshal.Cast<byte, Posting>(list.Bytes.AsSpan(0, list.Length));
        return share >= list.Share
            ? postings
            : postings[..(int)Math.Ceiling(postings.Length * share / list.Share)];
    }

    public bool IsDeleted(int ordinal) =>
        Map.IsDeleted(ordinal) || (Loose.Count > 0 && Loose.Contains(ordinal));

    public void Dispose()
    {
        foreach (var (bytes, _, _) in lists.Values)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
        lists.Clear();
    }
}
