namespace Jobs.Kinds.Queries.Ranking;

/// <summary>A query with what it found so far.</summary>
internal sealed class RankedQuery(QueryPlan plan, IReadOnlyList<Candidate> candidates, long total)
{
    public QueryPlan Plan { get; } = plan;

    /// <summary>Best first.</summary>
    public IReadOnlyList<Candidate> Candidates { get; set; } = candidates;

    public long Total { get; set; } = total;

    /// <summary>Whether the total is only about right.</summary>
    public bool IsEstimate { get; set; }

    /// <summary>The candidates that the request asked for.</summary>
    public IEnumerable<Candidate> Page =>
        // A document that is being read again may have been seen twice.
        Candidates
            .DistinctBy(c => c.DocumentId)
            .Skip(Plan.Request.Offset)
            .Take(Plan.Request.Limit);
}
