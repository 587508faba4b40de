using Jobs.Kinds.Queries.Index;

namespace Jobs.Kinds.Queries.Ranking;

/// <summary>Makes plans of requests, once PostgreSQL has said what their words are. For one use; not thread-safe.</summary>
internal sealed class QueryPlanner
{
    // Alternatives with operators of their own, a bit each; what comes after them is left out.
    private const int MaxAlternatives = 32;

    private readonly List<(SearchRequest Request, List<Alternative> Alternatives)> parsed;
    private readonly Dictionary<string, int> texts = new(StringComparer.Ordinal);

    public QueryPlanner(IEnumerable<SearchRequest> requests)
    {
        parsed =
        [
            .. requests.Select(r => (r, Simplify([.. QuerySyntax.Parse(r.Q).Select(AsIndexed)]))),
        ];
        foreach (var alternative in parsed.SelectMany(p => p.Alternatives))
        {
            foreach (
                var text in alternative
                    .Phrases.Concat(alternative.Excluded)
                    .Prepend(alternative.Words)
            )
            {
                texts.TryAdd(text, texts.Count);
            }
        }
    }

    /// <summary>Whose words are to be asked for; a row's <see cref="LexemeRow.Text"/> is a place in it.</summary>
    public string[] Texts => [.. texts.Keys];

    /// <summary>A plan for each request, in their order.</summary>
    public IReadOnlyList<QueryPlan> Plan(IEnumerable<LexemeRow> rows, IReadOnlyList<string> configs)
    {
        var byText = rows.ToLookup(r => r.Text);
        return [.. parsed.Select(p => PlanOne(p.Request, p.Alternatives, byText, configs))];
    }

    private static Alternative AsIndexed(Alternative typed) =>
        new(
            IndexText.Of(typed.Words),
            [.. typed.Phrases.Select(IndexText.Of)],
            [.. typed.Excluded.Select(IndexText.Of)]
        );

    // Alternatives without operators are together like one: any of their words matches.
    private static List<Alternative> Simplify(IReadOnlyList<Alternative> alternatives)
    {
        var plain = alternatives.Where(a => a is { Phrases: [], Excluded: [] }).ToList();
        var others = alternatives.Except(plain);
        return plain.Count == 0
            ? [.. others.Take(MaxAlternatives)]
            :
            [
                new Alternative(string.Join(' ', plain.Select(a => a.Words)), [], []),
                .. others.Take(MaxAlternatives - 1),
            ];
    }

    private QueryPlan PlanOne(
        SearchRequest request,
        IEnumerable<Alternative> alternatives,
        ILookup<int, LexemeRow> byText,
        IReadOnlyList<string> configs
    )
    {
        var plan = new QueryPlan(request);
        var order = 0;
        foreach (var alternative in alternatives)
        {
            var text = texts[alternative.Words];
            var words = new HashSet<string>(StringComparer.Ordinal);
            foreach (var row in byText[text].OrderBy(r => r.Positions[0]))
            {
                words.Add(row.Lexeme);
                foreach (var position in row.Positions)
                {
                    AddPlace(plan, text, position, row.Lexeme);
                }
                if (!plan.Terms.TryGetValue(row.Lexeme, out var term))
                {
                    term = new QueryTerm(order + row.Positions[0]);
                    plan.Terms.Add(row.Lexeme, term);
                }
                term.Repeats = Math.Max(term.Repeats, row.Positions.Count);
            }
            order += short.MaxValue;
            if (words.Count == 0)
            {
                continue;
            }
            var required = Filters(alternative.Phrases, byText, configs);
            var forbidden = Filters(alternative.Excluded, byText, configs);
            var needsText = required.Concat(forbidden).Any(f => f.IsPhrase);
            plan.Alternatives.Add(
                new PlannedAlternative(
                    words,
                    required,
                    forbidden,
                    alternative.Filter,
                    needsText ? alternative.Filter : null
                )
            );
        }
        return plan;
    }

    private static void AddPlace(QueryPlan plan, int text, int position, string lexeme)
    {
        if (!plan.Places.TryGetValue((text, position), out var place))
        {
            place = new HashSet<string>(StringComparer.Ordinal);
            plan.Places.Add((text, position), place);
        }
        place.Add(lexeme);
    }

    // What has no word in some configuration filters nothing.
    private List<PlannedFilter> Filters(
        IEnumerable<string> phrases,
        ILookup<int, LexemeRow> byText,
        IReadOnlyList<string> configs
    ) =>
        [
            .. phrases
                .Select(p => byText[texts[p]].ToLookup(r => r.Config, StringComparer.Ordinal))
                .Where(p => configs.All(p.Contains))
                .Select(p => new PlannedFilter([
                    .. p.Select(c => (IReadOnlyList<string>)[.. c.Select(r => r.Lexeme)]),
                ])),
        ];
}
