namespace Jobs.Caching;

/// <summary>How long the values of a namespace live. What is not set is that of the namespace, or of <c>default</c>.</summary>
public sealed class CacheNamespaceOptions
{
    /// <summary>How long a value is fresh, at most: some of it is taken off at random (<see cref="CacheOptions.Jitter"/>).</summary>
    public TimeSpan? Ttl { get; set; }

    /// <summary>How long after that it is still answered at once, while it is being refreshed behind the caller's back.</summary>
    public TimeSpan? Stale { get; set; }

    /// <summary>How long after its freshness it stands in for a source that fails.</summary>
    public TimeSpan? FailSafe { get; set; }

    /// <summary>Whether one process at a time asks the source for a key, and the others wait for it. Default false.</summary>
    public bool? OneFillPerCluster { get; set; }

    internal CacheNamespaceOptions Over(CacheNamespaceOptions other) =>
        new()
        {
            Ttl = Ttl ?? other.Ttl,
            Stale = Stale ?? other.Stale,
            FailSafe = FailSafe ?? other.FailSafe,
            OneFillPerCluster = OneFillPerCluster ?? other.OneFillPerCluster,
        };

    internal bool IsValid =>
        (Ttl is null || (Ttl > TimeSpan.Zero && Ttl <= CacheOptions.MostLife))
        && IsWithin(Stale)
        && IsWithin(FailSafe);

    private static bool IsWithin(TimeSpan? time) =>
        time is null || (time >= TimeSpan.Zero && time <= CacheOptions.MostLife);
}
