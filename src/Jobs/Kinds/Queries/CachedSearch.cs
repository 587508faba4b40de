using Jobs.Caching;

namespace Jobs.Kinds.Queries;

/// <summary>
/// Answers searches from the cache where it can. Thread-safe. What is kept of a tenant is removed when one of its
/// documents comes or goes; see <see cref="Tag"/>.
/// </summary>
public sealed class CachedSearch(SearchService search, CacheStore store, TimeProvider time)
{
    /// <summary>What every kept answer carries: it depends on the documents of its tenant.</summary>
    public const string Tag = "documents";

    /// <summary>Searches, or finds what the same search found; its <see cref="SearchAnswer.ElapsedMs"/> is of this time.</summary>
    /// <exception cref="ArgumentException">The request breaks a rule; see <see cref="SearchRequest.Validate"/>.</exception>
    /// <exception cref="TimeoutException">The search took longer than <see cref="SearchOptions.Timeout"/>.</exception>
    public async ValueTask<CacheAnswer<SearchAnswer>> SearchAsync(
        int tenantId,
        SearchRequest request,
        CancellationToken cancellationToken
    )
    {
        var started = time.GetTimestamp();
        var answer = await Scope(tenantId)
            .AnswerAsync(
                Name(request),
                (search, tenantId, request),
                static (s, ct) =>
                    new ValueTask<SearchAnswer>(s.search.SearchAsync(s.tenantId, s.request, ct)),
                tags: [Tag],
                cancellationToken: cancellationToken
            );
        var elapsed = Math.Round(time.GetElapsedTime(started).TotalMilliseconds, 2);
        return answer with { Value = answer.Value with { ElapsedMs = elapsed } };
    }

    /// <summary>Searches and keeps the answer, whatever is kept already.</summary>
    /// <param name="tenantId">Whose documents.</param>
    /// <param name="request">The search.</param>
    /// <param name="ttl">How long it is kept; null for as long as any.</param>
    /// <param name="tags">By which it is removed, beside <see cref="Tag"/>.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="TimeoutException">The search took longer than <see cref="SearchOptions.Timeout"/>.</exception>
    public async Task<SearchAnswer> WarmAsync(
        int tenantId,
        SearchRequest request,
        TimeSpan? ttl,
        IReadOnlyList<string> tags,
        CancellationToken cancellationToken
    )
    {
        var name = Name(request);
        var scope = Scope(tenantId);
        await scope.RemoveAsync(name, cancellationToken);
        // As a fill: what was read before a document came or went is not kept after it.
        var answer = await scope.AnswerAsync(
            name,
            (search, tenantId, request),
            static (s, ct) =>
                new ValueTask<SearchAnswer>(s.search.SearchAsync(s.tenantId, s.request, ct)),
            new CacheEntryOptions { Ttl = ttl },
            [Tag, .. tags],
            cancellationToken
        );
        return answer.Value;
    }

    private CacheScope Scope(int tenantId) => store.Scope(CacheNamespaces.SearchResults, tenantId);

    private static string Name(SearchRequest request) =>
        CacheName.Hashed("search", request.Identity);
}
