using Microsoft.Extensions.Caching.Hybrid;

namespace Jobs.Caching;

/// <summary>How one value differs from the others of its namespace.</summary>
public sealed record CacheEntryOptions
{
    /// <summary>How long it is fresh, at most.</summary>
    public TimeSpan? Ttl { get; init; }

    /// <summary>How long it is fresh in the memory of a process, where that is less.</summary>
    public TimeSpan? LocalTtl { get; init; }

    /// <summary>How long after that it is answered at once while it is refreshed.</summary>
    public TimeSpan? Stale { get; init; }

    /// <summary>How long after its freshness it stands in for a source that fails.</summary>
    public TimeSpan? FailSafe { get; init; }

    /// <summary>Whether one process at a time asks the source.</summary>
    public bool? OneFillPerCluster { get; init; }

    public HybridCacheEntryFlags Flags { get; init; }

    /// <summary>Whether a value of the source is kept; null keeps all. What is not kept still reaches all who wait.</summary>
    public Predicate<object?>? Keep { get; init; }
}
