using Jobs.Kinds.Queries.Index;

namespace Jobs.Kinds.Queries.Ranking;

/// <summary>A tenant's index as ranking needs to know it before it reads postings. Immutable but for the sizes it gathers.</summary>
internal sealed class IndexState(IReadOnlyList<SegmentInfo> segments)
{
    private readonly Dictionary<string, long> sizes = new(StringComparer.Ordinal);

    public IReadOnlyList<SegmentInfo> Segments { get; } = segments;

    /// <summary>Maps of the segments that are one value.</summary>
    public IReadOnlyList<SegmentMap> Inline { get; init; } = [];

    public IReadOnlyList<string> Configs { get; } =
    [.. segments.SelectMany(s => s.Configs).Distinct(StringComparer.Ordinal)];

    public long Passages { get; } = segments.Sum(s => (long)s.Passages);

    public double MeanLength { get; } =
        segments.Sum(s => s.Length) / (double)Math.Max(1, segments.Sum(s => (long)s.Passages));

    /// <summary>How many passages have a word, those of deleted documents among them.</summary>
    public long this[string lexeme] => sizes.GetValueOrDefault(lexeme);

    /// <summary>Whether a small segment has a word.</summary>
    public bool HasInline(string lexeme) => Inline.Any(m => m.Inline![lexeme].Length > 0);

    /// <summary>Notes the bytes of a word's postings in segments where it has a row.</summary>
    public void AddSize(string lexeme, long bytes)
    {
        var inline = 0L;
        foreach (var map in Inline)
        {
            inline += map.Inline![lexeme].Length;
        }
        sizes[lexeme] = (bytes / Posting.Bytes) + inline;
    }
}
