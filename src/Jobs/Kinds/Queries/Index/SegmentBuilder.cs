using System.Runtime.InteropServices;

namespace Jobs.Kinds.Queries.Index;

/// <summary>
/// Gathers documents, or whole segments, into one new segment in memory. Not thread-safe. A segment holds at most
/// <see cref="MaxPassages"/> passages, which take some 50 MB here.
/// </summary>
internal sealed class SegmentBuilder
{
    public const int MaxPassages = ushort.MaxValue + 1;

    // PostgreSQL's longest lexeme.
    private const int MaxLexeme = 2048;

    // Levels by which postings are ordered; within one they stay in the order of passages.
    private const int Levels = 64;

    private readonly Dictionary<string, List<Posting>> postings = new(StringComparer.Ordinal);
    private readonly List<Guid> ids = [];
    private readonly List<ushort> firsts = [];
    private readonly SortedSet<string> configs = new(StringComparer.Ordinal);
    private readonly List<(List<Posting> List, int Count)> found = [];

    public int Passages { get; private set; }

    public long Length { get; private set; }

    public IReadOnlyList<Guid> Ids => ids;

    public IReadOnlyList<ushort> Firsts => firsts;

    public IReadOnlyCollection<string> Configs => configs;

    /// <summary>The lexemes in the order of their bytes, as the database has them.</summary>
    public IEnumerable<string> Lexemes =>
        postings.Keys.Order(Comparer<string>.Create(CompareBytes));

    /// <summary>The next passages are this document's.</summary>
    /// <param name="id">The document.</param>
    /// <param name="filters">Names by which it is filtered; see <see cref="FilterTerms"/>.</param>
    public void BeginDocument(Guid id, IEnumerable<string> filters)
    {
        ids.Add(id);
        firsts.Add(checked((ushort)Passages));
        foreach (var filter in filters)
        {
            List(filter).Add(new Posting((ushort)Passages, 1, 0));
        }
    }

    /// <summary>Adds a passage by its words.</summary>
    public void AddPassage(ReadOnlySpan<byte> terms, string config)
    {
        configs.Add(config);
        found.Clear();
        Span<char> buffer = stackalloc char[MaxLexeme];
        var lookup = postings.GetAlternateLookup<ReadOnlySpan<char>>();
        var vector = new TermVector(terms);
        var length = 0;
        while (vector.TryRead(buffer, out var letters, out var count))
        {
            var lexeme = buffer[..letters];
            length += count;
            if (!lookup.TryGetValue(lexeme, out var list))
            {
                list = [];
                lookup[lexeme] = list;
            }
            found.Add((list, count));
        }
        var code = PassageLength.Encode(length);
        foreach (var (list, count) in found)
        {
            list.Add(new Posting((ushort)Passages, (byte)Math.Min(count, byte.MaxValue), code));
        }
        Passages++;
        Length += length;
    }

    /// <summary>Adds what is left of a segment; its postings follow with <see cref="Merge"/>.</summary>
    /// <returns>The new number of each of its passages, or -1 where its document was deleted.</returns>
    public int[] BeginSegment(
        SegmentMap map,
        IReadOnlySet<int> deleted,
        long length,
        IEnumerable<string> itsConfigs
    )
    {
        var numbers = new int[map.Passages];
        var kept = 0;
        for (var ordinal = 0; ordinal < map.Documents; ordinal++)
        {
            var (first, end) = map.PassagesOf(ordinal);
            if (map.IsDeleted(ordinal) || deleted.Contains(ordinal))
            {
                numbers.AsSpan(first, end - first).Fill(-1);
                continue;
            }
            ids.Add(map.Id(ordinal));
            firsts.Add(checked((ushort)Passages));
            for (var passage = first; passage < end; passage++)
            {
                numbers[passage] = Passages++;
                kept++;
            }
        }
        configs.UnionWith(itsConfigs);
        // Of the deleted ones the mean is known, which is what the sum is for.
        Length += length * kept / Math.Max(1, map.Passages);
        return numbers;
    }

    /// <summary>Adds a word's postings of a segment that was begun.</summary>
    public void Merge(string lexeme, ReadOnlySpan<Posting> more, int[] numbers)
    {
        List<Posting>? list = null;
        foreach (var posting in more)
        {
            if (numbers[posting.Passage] is >= 0 and var number)
            {
                list ??= List(lexeme);
                list.Add(posting with { Passage = (ushort)number });
            }
        }
    }

    /// <summary>A word's postings, those first that count most, so that the first of them will do for a word that most passages have.</summary>
    public byte[] Pack(string lexeme)
    {
        var list = CollectionsMarshal.AsSpan(postings[lexeme]);
        var norms = Norms ??= Bm25.Norms(Length / (double)Math.Max(1, Passages));
        var packed = new byte[list.Length * Posting.Bytes];
        var target = MemoryMarshal.Cast<byte, Posting>(packed.AsSpan());
        Span<int> starts = stackalloc int[Levels + 1];
        starts.Clear();
        foreach (var posting in list)
        {
            starts[Level(posting, norms) + 1]++;
        }
        for (var level = 1; level <= Levels; level++)
        {
            starts[level] += starts[level - 1];
        }
        foreach (var posting in list)
        {
            target[starts[Level(posting, norms)]++] = posting;
        }
        return packed;
    }

    private float[]? Norms { get; set; }

    private static int Level(Posting posting, float[] norms) =>
        Levels - 1 - (int)(Bm25.Impact(posting, norms) * (Levels - 1));

    private List<Posting> List(string lexeme) =>
        CollectionsMarshal.GetValueRefOrAddDefault(postings, lexeme, out _) ??= [];

    private static int CompareBytes(string? left, string? right)
    {
        // UTF-16 orders as UTF-8 does, but for surrogates, which stand for what comes last.
        var common = left.AsSpan().CommonPrefixLength(right);
        if (common == left!.Length || common == right!.Length)
        {
            return left.Length.CompareTo(right!.Length);
        }
        var (l, r) = (left[common], right[common]);
        return char.IsSurrogate(l) == char.IsSurrogate(r)
            ? l.CompareTo(r)
            : char.IsSurrogate(l).CompareTo(char.IsSurrogate(r));
    }
}
