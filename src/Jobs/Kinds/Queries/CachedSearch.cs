using Jobs.Caching;
using Jobs.Kinds.Queries.Frequent;

namespace Jobs.Kinds.Queries;

/// <summary>
/// Answers searches from the cache where it can. Thread-safe. What is kept of a tenant is removed when one of its
/// documents comes or goes; see <see cref="Tag"/>.
/// </summary>
public sealed class CachedSearch
{
    private readonly SearchService search;
    private readonly CacheStore store;
    private readonly QueryCounts counts;
    private readonly TimeProvider time;

    internal CachedSearch(
        SearchService search,
        CacheStore store,
        QueryCounts counts,
        TimeProvider time
    )
    {
        this.search = search;
        this.store = store;
        this.counts = counts;
        this.time = time;
    }

    /// <summary>What every kept answer carries: it depends on the documents of its tenant.</summary>
    public const string Tag = "documents";

    /// <summary>How soon answers are renewed so that none is old before: a fifth of their life is left for the work.</summary>
    internal TimeSpan RenewalInterval => store.FreshAtLeast(CacheNamespaces.SearchResults) * 0.8;

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
        var name = Name(request);
        counts.Add(tenantId, name, request);
        var answer = await Scope(tenantId)
            .AnswerAsync(
                name,
                (search, tenantId, request),
                static (s, ct) =>
                    new ValueTask<SearchAnswer>(s.search.SearchAsync(s.tenantId, s.request, ct)),
                tags: [Tag],
                cancellationToken: cancellationToken
            );
        var elapsed = Math.Round(time.GetElapsedTime(started).TotalMilliseconds, 2);
        return answer with { Value = answer.Value with { ElapsedMs = elapsed } };
    }

    /// <summary>
    /// The same for many, which share their round trips, that to the cache too. An answer that was kept says so in
    /// <see cref="SearchAnswer.Cache"/>. What is searched is kept in the memory of this process, and for the others
    /// where it was asked before: a batch of a hundred thousand different searches does not fill the database.
    /// </summary>
    /// <param name="tenantId">Whose documents.</param>
    /// <param name="requests">Which are valid.</param>
    /// <param name="done">Called with the place of each request, once, as soon as its result is there.</param>
    /// <param name="cancellationToken">Ends it; what was done before stays done.</param>
    internal async Task SearchAsync(
        int tenantId,
        IReadOnlyList<SearchRequest> requests,
        Action<int, SearchResult> done,
        CancellationToken cancellationToken
    )
    {
        var started = time.GetTimestamp();
        var equal = requests.Index().GroupBy(r => Name(r.Item), StringComparer.Ordinal).ToList();
        foreach (var group in equal)
        {
            counts.Add(tenantId, group.Key, group.First().Item, group.Count());
        }
        await Scope(tenantId)
            .AnswerManyAsync<SearchAnswer>(
                [.. equal.Select(g => g.Key)],
                (missing, keep, ct) => SearchManyAsync(tenantId, equal, missing, keep, done, ct),
                (i, answer) => Report(equal[i], Kept(answer, started), done),
                options: null,
                [Tag],
                i => counts.IsRepeated(tenantId, equal[i].Key),
                renew: false,
                cancellationToken
            );
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

    /// <summary>Searches again and keeps the answers; what was kept of them is answered until then.</summary>
    /// <returns>How many were answered; the others took too long.</returns>
    internal async Task<int> RenewAsync(
        int tenantId,
        IReadOnlyList<SearchRequest> requests,
        TimeSpan? ttl,
        IReadOnlyList<string> tags,
        CancellationToken cancellationToken
    )
    {
        var answered = 0;
        var equal = requests.Index().GroupBy(r => Name(r.Item), StringComparer.Ordinal).ToList();
        await Scope(tenantId)
            .AnswerManyAsync<SearchAnswer>(
                [.. equal.Select(g => g.Key)],
                (missing, keep, ct) =>
                    SearchManyAsync(
                        tenantId,
                        equal,
                        missing,
                        keep,
                        (_, result) => answered += result.Answer is null ? 0 : 1,
                        ct
                    ),
                (_, _) => { },
                new CacheEntryOptions { Ttl = ttl },
                [Tag, .. tags],
                _ => true,
                renew: true,
                cancellationToken
            );
        return answered;
    }

    private Task SearchManyAsync(
        int tenantId,
        List<IGrouping<string, (int Index, SearchRequest Item)>> equal,
        IReadOnlyList<int> missing,
        Action<int, SearchAnswer> keep,
        Action<int, SearchResult> done,
        CancellationToken ct
    ) =>
        search.SearchAsync(
            tenantId,
            [.. missing.Select(i => equal[i].First().Item)],
            (n, result) =>
            {
                if (result.Answer is { } answer)
                {
                    keep(missing[n], answer);
                }
                Report(equal[missing[n]], result, done);
            },
            ct
        );

    private SearchResult Kept(CacheAnswer<SearchAnswer> answer, long started)
    {
        var elapsed = Math.Round(time.GetElapsedTime(started).TotalMilliseconds, 2);
        var value = answer.Value with
        {
            ElapsedMs = elapsed,
            Cache = answer.Status == CacheStatus.Stale ? "stale" : "hit",
        };
        return new SearchResult(value, null);
    }

    private static void Report(
        IEnumerable<(int Index, SearchRequest Item)> equal,
        SearchResult result,
        Action<int, SearchResult> done
    )
    {
        foreach (var (place, _) in equal)
        {
            done(place, result);
        }
    }

    private CacheScope Scope(int tenantId) => store.Scope(CacheNamespaces.SearchResults, tenantId);

    private static string Name(SearchRequest request) =>
        CacheName.Hashed("search", request.Identity);
}
