namespace Jobs.Caching;

/// <summary>What the cache of this process has done since it started, and what it holds.</summary>
/// <param name="Shared">Whether values are to be shared through the database.</param>
/// <param name="SharedAvailable">Whether they are at this moment.</param>
/// <param name="SharedFailures">What the database did not answer in time, or at all.</param>
/// <param name="SharedReads">Statements that read one value or many.</param>
/// <param name="SharedWrites">Statements that wrote them.</param>
/// <param name="FillLatency">What sources took.</param>
public sealed record CacheSummary(
    bool Shared,
    bool SharedAvailable,
    int Entries,
    int MaxEntries,
    long Bytes,
    long MaxBytes,
    long SharedFailures,
    LatencySummary SharedReads,
    LatencySummary SharedWrites,
    LatencySummary FillLatency,
    IReadOnlyList<NamespaceCounts> Namespaces
);
