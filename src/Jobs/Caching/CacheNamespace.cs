namespace Jobs.Caching;

/// <summary>A namespace as it is configured, and what happened in it.</summary>
internal sealed record CacheNamespace(
    string Name,
    CacheNamespaceOptions Options,
    NamespaceStatistics Statistics
);
