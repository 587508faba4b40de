using NpgsqlTypes;

namespace Jobs.Kinds.Queries.Ranking;

/// <summary>
/// Looks at the texts of candidates, the best first, for the phrases that must and must not stand in them; many queries
/// in one round trip. Thread-safe.
/// </summary>
internal sealed class PhraseCheck(IndexReader reader)
{
    /// <summary>Candidates of one query that are looked at; where there are more, the total is estimated.</summary>
    public const int MaxCandidates = 20_000;

    // Of one query in one round trip.
    private const int BlockSize = 2_000;

    /// <summary>Replaces the candidates of each query by those that match, a passage a document.</summary>
    public async Task CheckAsync(
        int tenantId,
        IEnumerable<RankedQuery> queries,
        CancellationToken ct
    )
    {
        var open = queries.Select(q => new Progress(q)).ToList();
        while (open.Count > 0)
        {
            await CheckBlocksAsync(tenantId, open, ct);
            foreach (var ended in open.Where(p => p.IsDone).ToList())
            {
                ended.End();
                open.Remove(ended);
            }
        }
    }

    private async Task CheckBlocksAsync(int tenantId, List<Progress> open, CancellationToken ct)
    {
        var asked = new List<(Progress Query, Candidate Candidate, int Filter)>();
        var filters = new List<string>();
        foreach (var query in open)
        {
            var first = filters.Count;
            filters.AddRange(query.Ranked.Plan.Alternatives.Select(a => a.Filter ?? ""));
            foreach (var candidate in query.Next(BlockSize))
            {
                for (var i = 0; i < query.Ranked.Plan.Alternatives.Count; i++)
                {
                    if ((candidate.Filters & (1U << i)) != 0)
                    {
                        asked.Add((query, candidate, first + i + 1));
                    }
                }
            }
        }
        await using var batch = reader.Batch();
        batch.BatchCommands.Add(
            new(SearchSql.Verify)
            {
                Parameters =
                {
                    new() { Value = tenantId },
                    new() { Value = asked.Select(a => a.Candidate.DocumentId).ToArray() },
                    new() { Value = asked.Select(a => a.Candidate.Ordinal).ToArray() },
                    new() { Value = asked.Select(a => a.Filter).ToArray() },
                    new()
                    {
                        Value = filters.ToArray(),
                        NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
                    },
                },
            }
        );
        await using var row = await batch.ExecuteReaderAsync(ct);
        await row.NextResultAsync(ct);
        while (await row.ReadAsync(ct))
        {
            var (query, candidate, _) = asked[row.GetInt32(0)];
            query.Matches.Add(candidate);
        }
    }

    private sealed class Progress(RankedQuery ranked)
    {
        private int looked;

        public RankedQuery Ranked { get; } = ranked;

        public HashSet<Candidate> Matches { get; } = [];

        public bool IsDone =>
            looked == Ranked.Candidates.Count
            || (
                // All of a few are looked at, so that their number is right.
                Ranked.Candidates.Count > BlockSize
                && Matches.DistinctBy(m => m.DocumentId).Skip(Ranked.Plan.Wanted - 1).Any()
            );

        public IReadOnlyList<Candidate> Next(int count)
        {
            var next = Ranked.Candidates.Skip(looked).Take(count).ToList();
            looked += next.Count;
            Matches.UnionWith(next.Where(c => c.Filters == 0));
            return next;
        }

        public void End()
        {
            var documents = Matches
                .Order(Candidate.BestFirst)
                .DistinctBy(m => m.DocumentId)
                .ToList();
            if (looked < Ranked.Total)
            {
                Ranked.Total = (long)Math.Round(documents.Count * (double)Ranked.Total / looked);
                Ranked.IsEstimate = true;
            }
            else
            {
                Ranked.Total = documents.Count;
            }
            Ranked.Candidates = documents;
        }
    }
}
