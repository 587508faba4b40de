namespace Jobs.Kinds.Queries.Index;

/// <summary>
/// Which segments become one. A search costs a little for each segment, a merge for each passage: so segments are
/// merged with others of about their size, eight at a time, and a passage is written about four times in all.
/// </summary>
internal static class MergePolicy
{
    /// <summary>So many segments of about one size are merged.</summary>
    public const int Fan = 8;

    /// <summary>So many segments that are one value each, and so many passages in them.</summary>
    public const int InlineSegments = 32;
    private const int InlinePassages = 2048;

    /// <summary>Deletions that a segment does not know itself before they are written into it: each search reads them.</summary>
    public const int Loose = 64;

    // From here on a segment stays as it is.
    private const int Full = SegmentBuilder.MaxPassages * 3 / 4;

    /// <summary>The segments to be merged now; none when all is well.</summary>
    public static IReadOnlyList<SegmentInfo> Choose(IReadOnlyList<SegmentInfo> segments)
    {
        var small = segments.Where(s => s.IsInline).ToList();
        if (
            small.Count >= InlineSegments
            || (small.Count > 1 && small.Sum(s => s.Passages) >= InlinePassages)
        )
        {
            return Fit(small);
        }
        foreach (var tier in segments.Where(s => !s.IsInline).GroupBy(Tier).OrderBy(t => t.Key))
        {
            var open = tier.Where(s => s.Passages < Full).ToList();
            if (open.Count >= Fan || (open.Count > 1 && open.Sum(s => s.Passages) >= Full))
            {
                return Fit(open);
            }
        }
        return segments.FirstOrDefault(IsHollow) is { } hollow ? [hollow] : [];
    }

    // The oldest that fit into one.
    private static List<SegmentInfo> Fit(IEnumerable<SegmentInfo> segments)
    {
        var chosen = new List<SegmentInfo>();
        var passages = 0;
        foreach (var segment in segments)
        {
            if (passages + segment.Passages > SegmentBuilder.MaxPassages)
            {
                continue;
            }
            chosen.Add(segment);
            passages += segment.Passages;
        }
        return chosen;
    }

    private static int Tier(SegmentInfo segment) =>
        (int)Math.Log(Math.Max(1, segment.Passages), Fan);

    private static bool IsHollow(SegmentInfo segment) =>
        segment.Deleted == segment.Documents || segment.Deleted * 4 > segment.Documents;
}
