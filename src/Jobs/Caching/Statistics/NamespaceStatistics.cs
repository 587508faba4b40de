using Jobs.Caching.Memory;

namespace Jobs.Caching;

/// <summary>What happened to the values of a namespace in this process. Thread-safe.</summary>
internal sealed class NamespaceStatistics(string name)
{
    private const int FirstEviction = 8;
    private const int FirstOfShared = 16;
    private readonly StripedCounters counters = new();

    public string Name { get; } = name;

    /// <summary>Answered from memory.</summary>
    public void MemoryHit() => counters.Add(0);

    /// <summary>Answered from the database.</summary>
    public void SharedHit() => counters.Add(1);

    /// <summary>Answered from memory past its freshness.</summary>
    public void MemoryStale() => counters.Add(2);

    /// <summary>Answered from the database past its freshness.</summary>
    public void SharedStale() => counters.Add(FirstOfShared);

    /// <summary>Answered from memory, fresh or past its freshness.</summary>
    public void InMemory(bool isFresh)
    {
        if (isFresh)
        {
            MemoryHit();
        }
        else
        {
            MemoryStale();
        }
    }

    /// <summary>The same from the database.</summary>
    public void InShared(bool isFresh)
    {
        if (isFresh)
        {
            SharedHit();
        }
        else
        {
            SharedStale();
        }
    }

    /// <summary>Neither tier had it.</summary>
    public void Miss() => counters.Add(3);

    /// <summary>The source was asked.</summary>
    public void Fill() => counters.Add(4);

    /// <summary>The source failed.</summary>
    public void FillFailed() => counters.Add(5);

    /// <summary>A value was larger than one may be, and was not kept.</summary>
    public void TooLarge() => counters.Add(6);

    /// <summary>A value came from a source that was read before it was removed, and was not kept.</summary>
    public void Voided() => counters.Add(7);

    /// <summary>A value was kept in memory.</summary>
    public void MemorySet() => counters.Add(FirstOfShared + 1);

    /// <summary>A value was written into the database.</summary>
    public void SharedSet() => counters.Add(FirstOfShared + 2);

    /// <summary>Values whose time was over were deleted from the database.</summary>
    public void SharedExpired(long count) => counters.Add(FirstOfShared + 3, count);

    public void Evicted(EvictionCause cause) => counters.Add(FirstEviction + (int)cause);

    public NamespaceCounts Read(int entries, long bytes)
    {
        var memoryHits = counters.Sum(0);
        var sharedHits = counters.Sum(1);
        var sharedStale = counters.Sum(FirstOfShared);
        var stale = counters.Sum(2) + sharedStale;
        var misses = counters.Sum(3);
        var asked = memoryHits + sharedHits + stale + misses;
        return new NamespaceCounts(
            Name,
            memoryHits,
            sharedHits,
            stale,
            sharedStale,
            misses,
            asked == 0 ? null : Math.Round((asked - misses) / (double)asked, 4),
            counters.Sum(4),
            counters.Sum(5),
            counters.Sum(6),
            counters.Sum(7),
            counters.Sum(FirstOfShared + 1),
            counters.Sum(FirstOfShared + 2),
            counters.Sum(FirstOfShared + 3),
            new EvictionCounts(
                Of(EvictionCause.Entries),
                Of(EvictionCause.Bytes),
                Of(EvictionCause.Expired),
                Of(EvictionCause.Removed),
                Of(EvictionCause.Replaced),
                Of(EvictionCause.Flushed)
            ),
            entries,
            bytes
        );
    }

    private long Of(EvictionCause cause) => counters.Sum(FirstEviction + (int)cause);
}
