namespace Jobs.Kinds.Queries.Ranking;

/// <summary>A query as it is ranked: its words as the index has them. Made for one search; not thread-safe.</summary>
internal sealed class QueryPlan(SearchRequest request)
{
    /// <summary>Words of a query that count; it is decided by the first of them.</summary>
    public const int MaxWords = 64;

    public SearchRequest Request { get; } = request;

    /// <summary>What ranks, by lexeme.</summary>
    public Dictionary<string, QueryTerm> Terms { get; } = new(StringComparer.Ordinal);

    public List<PlannedAlternative> Alternatives { get; } = [];

    public List<Correction> Corrections { get; } = [];

    /// <summary>The places of its text where words stand, with what they are in each configuration.</summary>
    public Dictionary<(int Text, int Position), HashSet<string>> Places { get; } = [];

    /// <summary>Whether any passage with any of the words matches.</summary>
    public bool IsPlain =>
        Alternatives is [{ Required.Count: 0, Forbidden.Count: 0, Filter: null }] or [];

    /// <summary>Whether the texts of passages say whether they match, and not their words alone.</summary>
    public bool NeedsText => Alternatives.Any(a => a.Filter is not null);

    public int Wanted => Request.Offset + Request.Limit;

    /// <summary>Whether some of the postings are left out.</summary>
    public bool IsCut => Terms.Values.Any(t => t.Share < 1);

    /// <summary>Lexemes of which every posting is needed.</summary>
    public IEnumerable<string> Whole =>
        Alternatives
            .SelectMany(a => a.Required.Concat(a.Forbidden.Where(f => !f.IsPhrase)))
            .SelectMany(f => f.Ways)
            .SelectMany(w => w);
}

/// <summary>A word of a query.</summary>
internal sealed class QueryTerm(int order)
{
    /// <summary>When it came up in the query.</summary>
    public int Order { get; } = order;

    /// <summary>How often the query has it.</summary>
    public int Repeats { get; set; }

    /// <summary>What it adds to the score of a passage where it counts most.</summary>
    public float Weight { get; set; }

    /// <summary>The part of its postings that is read.</summary>
    public double Share { get; set; } = 1;
}

/// <summary>An alternative by its lexemes.</summary>
/// <param name="Words">Any of them, where nothing is required.</param>
/// <param name="Text">Its phrases and exclusions, for <c>websearch_to_tsquery</c>.</param>
/// <param name="Filter">The same where lexemes alone do not tell; else null.</param>
internal sealed record PlannedAlternative(
    HashSet<string> Words,
    IReadOnlyList<PlannedFilter> Required,
    IReadOnlyList<PlannedFilter> Forbidden,
    string Text,
    string? Filter
);

/// <summary>A word or phrase that must, or must not, occur.</summary>
/// <param name="Ways">All lexemes of any of them, one a configuration.</param>
internal sealed record PlannedFilter(IReadOnlyList<IReadOnlyList<string>> Ways)
{
    public bool IsPhrase => Ways.Any(w => w.Count > 1);
}
