namespace Jobs.Kinds.Queries.Index;

/// <summary>A segment as merging and ranking see it.</summary>
/// <param name="Length">Words of all its passages.</param>
/// <param name="Configs">The text search configurations of its passages.</param>
/// <param name="Deleted">Documents of it that were deleted.</param>
/// <param name="IsInline">Whether it is one value.</param>
/// <param name="Loose">Of the deleted ones, those that it does not know itself.</param>
internal sealed record SegmentInfo(
    long Id,
    int Documents,
    int Passages,
    long Length,
    string[] Configs,
    int Deleted,
    bool IsInline,
    int Loose
);
