namespace Jobs.Caching;

/// <summary>What happened to the values of a namespace in this process since it started.</summary>
/// <param name="MemoryHits">Answered fresh from memory.</param>
/// <param name="SharedHits">Answered fresh from the database.</param>
/// <param name="StaleHits">Answered past its freshness.</param>
/// <param name="SharedStaleHits">Of those, from the database.</param>
/// <param name="Misses">Neither tier had it.</param>
/// <param name="HitRate">All hits, stale ones among them, of all that was asked; null before anything was.</param>
/// <param name="Fills">How often a source was asked.</param>
/// <param name="FillFailures">How often it failed.</param>
/// <param name="TooLarge">Values that were larger than one may be, and not kept.</param>
/// <param name="Voided">Values whose source was read before they were removed, and not kept.</param>
/// <param name="MemorySets">Values that were kept in memory.</param>
/// <param name="SharedSets">Values that were written into the database.</param>
/// <param name="SharedExpired">Values that this process deleted from the database because their time was over.</param>
/// <param name="Evictions">What left the memory, by cause.</param>
/// <param name="Entries">In memory now.</param>
/// <param name="Bytes">In memory now, by estimate.</param>
public sealed record NamespaceCounts(
    string Namespace,
    long MemoryHits,
    long SharedHits,
    long StaleHits,
    long SharedStaleHits,
    long Misses,
    double? HitRate,
    long Fills,
    long FillFailures,
    long TooLarge,
    long Voided,
    long MemorySets,
    long SharedSets,
    long SharedExpired,
    EvictionCounts Evictions,
    int Entries,
    long Bytes
);

/// <summary>What left the memory of this process, by cause.</summary>
public sealed record EvictionCounts(
    long Entries,
    long Bytes,
    long Expired,
    long Removed,
    long Replaced,
    long Flushed
);
