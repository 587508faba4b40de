namespace Jobs.Database.Care;

/// <summary>An index.</summary>
/// <param name="BloatBytes">As of a table; null for others than B-trees too.</param>
/// <param name="Guards">Whether it upholds a key or another rule, and is needed though nobody reads it.</param>
/// <param name="Valid">Whether it may be read: one whose building broke off may not.</param>
public sealed record IndexStats(
    string Name,
    string Table,
    long SizeBytes,
    long? BloatBytes,
    long Scans,
    bool Guards,
    bool Valid
);
