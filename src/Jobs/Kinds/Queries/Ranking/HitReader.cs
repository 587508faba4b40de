using Jobs.Kinds.Queries.Highlights;

namespace Jobs.Kinds.Queries.Ranking;

/// <summary>Reads what is shown of hits, those of many queries in one round trip. Thread-safe.</summary>
internal sealed class HitReader(IndexReader reader, WordLexemes lexemes)
{
    // Its stems begin as their words do, so most words of a passage need not be asked for.
    private const string SameFirstLetter = "english";

    /// <summary>The hits of each query's page, in the order of the queries; what was deleted meanwhile is left out.</summary>
    public async Task<IReadOnlyList<IReadOnlyList<SearchHit>>> ReadAsync(
        int tenantId,
        IReadOnlyList<RankedQuery> queries,
        CancellationToken ct
    )
    {
        var pages = queries.Select(q => q.Page.ToList()).ToList();
        var asked = pages
            .SelectMany(p => p)
            .Select(c => (c.DocumentId, c.Ordinal))
            .Distinct()
            .ToArray();
        var passages = asked.Length == 0 ? [] : await PassagesAsync(tenantId, asked, ct);
        var letters = queries.SelectMany(q => q.Plan.Terms.Keys).Select(l => l[0]).ToHashSet();
        var words = await lexemes.OfAsync(
            [.. passages.Values.Select(p => (p.Config, p.Words))],
            (config, word) =>
                config != SameFirstLetter
                || (word.Length > 0 && (letters.Contains(word[0]) || !char.IsAscii(word[0]))),
            ct
        );
        foreach (var (passage, its) in passages.Values.Zip(words))
        {
            passage.Lexemes = its;
        }
        return
        [
            .. queries.Zip(
                pages,
                (query, page) =>
                    (IReadOnlyList<SearchHit>)
                        [
                            .. page.Where(c => passages.ContainsKey((c.DocumentId, c.Ordinal)))
                                .Select(c =>
                                    Hit(query.Plan, c, passages[(c.DocumentId, c.Ordinal)])
                                ),
                        ]
            ),
        ];
    }

    private async Task<Dictionary<(Guid, int), Passage>> PassagesAsync(
        int tenantId,
        (Guid DocumentId, int Ordinal)[] asked,
        CancellationToken ct
    )
    {
        var passages = new Dictionary<(Guid, int), Passage>();
        await using var batch = reader.Batch();
        batch.BatchCommands.Add(
            new(SearchSql.Hits)
            {
                Parameters =
                {
                    new() { Value = tenantId },
                    new() { Value = asked.Select(a => a.DocumentId).ToArray() },
                    new() { Value = asked.Select(a => a.Ordinal).ToArray() },
                },
            }
        );
        await using var row = await batch.ExecuteReaderAsync(ct);
        await row.NextResultAsync(ct);
        while (await row.ReadAsync(ct))
        {
            passages[asked[row.GetInt32(0)]] = new Passage(
                row.GetString(1),
                row.GetString(2),
                row.IsDBNull(3) ? null : row.GetInt32(3),
                row.GetString(4)
            );
        }
        return passages;
    }

    private static SearchHit Hit(QueryPlan plan, Candidate candidate, Passage passage)
    {
        var marks = Array.ConvertAll(
            passage.Lexemes,
            word => Array.Find(word, plan.Terms.ContainsKey)
        );
        return new SearchHit(
            candidate.DocumentId,
            passage.Title,
            Math.Round(candidate.Score, 6),
            passage.Body,
            passage.Page,
            Highlight.Of(passage.Body, passage.Places, marks)
        );
    }

    private sealed record Passage(string Title, string Body, int? Page, string Config)
    {
        public IReadOnlyList<Range> Places { get; } = Highlights.Words.Of(Body);

        public string[] Words { get; } = Highlights.Words.Keys(Body, Highlights.Words.Of(Body));

        /// <summary>What each of its words is in its configuration.</summary>
        public string[][] Lexemes { get; set; } = [];
    }
}
