namespace Jobs.Web.Http.Caching;

/// <summary>One line makes the answers of a GET endpoint cached.</summary>
internal static class ResponseCacheExtensions
{
    /// <summary>
    /// Answers from the cache: per tenant, scopes of the key, address and query; with <c>X-Cache</c>, <c>Age</c> and
    /// <c>ETag</c>. Only what is answered with 200 is kept, and not what says <c>Cache-Control: no-store</c>.
    /// </summary>
    /// <param name="name">A namespace of the cache, which says how long.</param>
    /// <param name="perUser">Whether each key is answered for itself.</param>
    /// <param name="tags">By which the answers can be removed.</param>
    public static TBuilder CacheResponse<TBuilder>(
        this TBuilder builder,
        string name,
        bool perUser = false,
        params string[] tags
    )
        where TBuilder : IEndpointConventionBuilder =>
        builder.CacheResponse(name, null, null, perUser, version: null, tags);

    /// <summary>The same, for another time than the namespace has.</summary>
    /// <param name="ttl">How long an answer is fresh.</param>
    /// <param name="stale">How long after that it is given while a new one is made.</param>
    /// <param name="version">Of what a process has by itself: answers of others with another version are not its own.</param>
    public static TBuilder CacheResponse<TBuilder>(
        this TBuilder builder,
        string name,
        TimeSpan? ttl,
        TimeSpan? stale,
        bool perUser = false,
        Func<IServiceProvider, string>? version = null,
        params string[] tags
    )
        where TBuilder : IEndpointConventionBuilder
    {
        builder.AddEndpointFilter(
            new ResponseCacheFilter(name, ttl, stale, perUser, version, tags)
        );
        return builder;
    }
}
