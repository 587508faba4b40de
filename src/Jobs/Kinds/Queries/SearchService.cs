using Jobs.Kinds.Queries.Index;
using Jobs.Kinds.Queries.Ranking;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Jobs.Kinds.Queries;

/// <summary>
/// Full-text search over a tenant's documents. Thread-safe. A document is as good as its best passage; any word of
/// the query may match, and the operators (see <see cref="SearchRequest.Q"/>) say which passages may be found at all.
/// </summary>
public sealed class SearchService
{
    // Queries that share their round trips.
    private const int GroupSize = 64;

    // Bytes of postings that are held at once.
    private const long GroupBytes = 32 * 1024 * 1024;

    private readonly IndexReader reader;
    private readonly TypoCorrector typos;
    private readonly PhraseCheck phrases;
    private readonly HitReader hits;
    private readonly SearchOptions options;
    private readonly TimeProvider time;

    internal SearchService(
        IndexReader reader,
        TypoCorrector typos,
        PhraseCheck phrases,
        HitReader hits,
        IOptions<SearchOptions> options,
        TimeProvider time
    )
    {
        this.reader = reader;
        this.typos = typos;
        this.phrases = phrases;
        this.hits = hits;
        this.options = options.Value;
        this.time = time;
    }

    /// <summary>Searches one tenant's documents.</summary>
    /// <exception cref="ArgumentException">The request breaks a rule; see <see cref="SearchRequest.Validate"/>.</exception>
    /// <exception cref="TimeoutException">The search took longer than <see cref="SearchOptions.Timeout"/>.</exception>
    public async Task<SearchAnswer> SearchAsync(
        int tenantId,
        SearchRequest request,
        CancellationToken cancellationToken
    )
    {
        SearchResult result = default;
        await SearchAsync(tenantId, [request], (_, r) => result = r, cancellationToken);
        return result.Answer ?? throw result.Timeout!;
    }

    /// <summary>
    /// Answers many requests in few round trips; those that are equal are answered once. One that takes too long fails
    /// alone.
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
        var distinct = requests
            .Index()
            .GroupBy(r => r.Item.Identity, r => r, StringComparer.Ordinal)
            .Select(g => new Asked(g.First().Item, [.. g.Select(r => r.Index)]))
            .ToList();
        if (
            distinct.SelectMany(a => a.Request.Validate()).FirstOrDefault() is
            { Field: not null } error
        )
        {
            throw new ArgumentException($"{error.Field} {error.Message}", nameof(requests));
        }
        foreach (var group in distinct.Chunk(GroupSize))
        {
            await AnswerAsync(tenantId, group, done, cancellationToken);
        }
    }

    // Where a statement takes too long, its queries are divided until the one that does is alone.
    private async Task AnswerAsync(
        int tenantId,
        Asked[] group,
        Action<int, SearchResult> done,
        CancellationToken ct
    )
    {
        var started = time.GetTimestamp();
        try
        {
            var ranked = await RankAsync(tenantId, group, ct);
            var pages = await hits.ReadAsync(tenantId, [.. ranked.Select(r => r.Query)], ct);
            var elapsed = Math.Round(time.GetElapsedTime(started).TotalMilliseconds, 2);
            foreach (var ((asked, query), page) in ranked.Zip(pages))
            {
                var answer = new SearchAnswer(page, query.Total, elapsed)
                {
                    TotalIsEstimate = query.IsEstimate,
                    Corrections = query.Plan.Corrections is { Count: > 0 } c ? c : null,
                };
                asked.Report(done, new SearchResult(answer, null));
            }
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.QueryCanceled)
        {
            ct.ThrowIfCancellationRequested();
            if (group is [var alone])
            {
                alone.Report(done, new SearchResult(null, TooLong(e)));
                return;
            }
            await AnswerAsync(tenantId, group[..(group.Length / 2)], done, ct);
            await AnswerAsync(tenantId, group[(group.Length / 2)..], done, ct);
        }
    }

    private async Task<List<(Asked Asked, RankedQuery Query)>> RankAsync(
        int tenantId,
        Asked[] group,
        CancellationToken ct
    )
    {
        var planner = new QueryPlanner(group.Select(a => a.Request));
        var (state, rows) = await reader.LookAsync(tenantId, planner.Texts, ct);
        var plans = planner.Plan(rows, state.Configs);
        await typos.CorrectAsync(tenantId, plans, state, ct);
        foreach (var plan in plans)
        {
            FilterBudget.Apply(plan, state, options.MostPostings);
            TermWeights.Set(plan, state, options.MostPostings);
        }
        using var scorer = new SegmentScorer(Bm25.Norms(state.MeanLength));
        var ranked = new List<(Asked, RankedQuery)>();
        foreach (var part in Parts(plans, state))
        {
            await ScoreAsync(tenantId, part, scorer, ranked, group, ct);
        }
        var withPhrases = ranked.Select(r => r.Item2).Where(q => q.Plan.NeedsText).ToList();
        if (withPhrases.Count > 0)
        {
            await phrases.CheckAsync(tenantId, withPhrases, ct);
        }
        return ranked;
    }

    // Plans, a few at a time, so that what their words need fits into memory.
    private static IEnumerable<List<(int Index, QueryPlan Plan)>> Parts(
        IReadOnlyList<QueryPlan> plans,
        IndexState state
    )
    {
        var part = new List<(int, QueryPlan)>();
        var words = new HashSet<string>(StringComparer.Ordinal);
        var bytes = 0L;
        foreach (var (i, plan) in plans.Index())
        {
            var more = plan
                .Terms.Where(t => !words.Contains(t.Key))
                .Sum(t => (long)(state[t.Key] * t.Value.Share * Posting.Bytes));
            if (part.Count > 0 && bytes + more > GroupBytes)
            {
                yield return part;
                part = [];
                words.Clear();
                bytes = 0;
            }
            words.UnionWith(plan.Terms.Keys);
            bytes += more;
            part.Add((i, plan));
        }
        yield return part;
    }

    private async Task ScoreAsync(
        int tenantId,
        List<(int Index, QueryPlan Plan)> part,
        SegmentScorer scorer,
        List<(Asked, RankedQuery)> ranked,
        Asked[] group,
        CancellationToken ct
    )
    {
        var shares = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var (_, plan) in part.Where(p => p.Plan.Terms.Count > 0))
        {
            var needed = plan
                .Whole.Concat(DocumentFilter.Lexemes(plan.Request))
                .Select(l => (Lexeme: l, Share: 1.0))
                .Concat(plan.Terms.Select(t => (Lexeme: t.Key, t.Value.Share)));
            foreach (var (lexeme, share) in needed)
            {
                shares[lexeme] = Math.Max(share, shares.GetValueOrDefault(lexeme));
            }
        }
        var segments = shares.Count == 0 ? [] : await reader.ReadAsync(tenantId, shares, ct);
        try
        {
            foreach (var (index, plan) in part)
            {
                var top = new TopList(plan.NeedsText ? PhraseCheck.MaxCandidates : plan.Wanted);
                foreach (var segment in segments)
                {
                    ct.ThrowIfCancellationRequested();
                    scorer.Score(plan, segment, top);
                }
                var query = new RankedQuery(plan, top.ToList(), top.Total)
                {
                    IsEstimate = plan.IsCut,
                };
                ranked.Add((group[index], query));
            }
        }
        finally
        {
            segments.ForEach(s => s.Dispose());
        }
    }

    private static TimeoutException TooLong(Exception cause) =>
        new("The search took too long. Use fewer or rarer words.", cause);

    private sealed record Asked(SearchRequest Request, int[] Places)
    {
        public void Report(Action<int, SearchResult> done, SearchResult result)
        {
            foreach (var place in Places)
            {
                done(place, result);
            }
        }
    }
}
