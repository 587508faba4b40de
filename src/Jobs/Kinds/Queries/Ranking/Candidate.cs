namespace Jobs.Kinds.Queries.Ranking;

/// <summary>A passage that may be a hit.</summary>
/// <param name="Ordinal">The passage's number in its document.</param>
/// <param name="Filters">The alternatives that are still to be looked at by their filter, a bit each; 0 when it matches.</param>
internal readonly record struct Candidate(float Score, Guid DocumentId, int Ordinal, uint Filters)
{
    /// <summary>By score; of equal ones the later document, the earlier passage: an order that never changes.</summary>
    public static Comparer<Candidate> BestFirst { get; } = Comparer<Candidate>.Create(Compare);

    public static Comparer<Candidate> WorstFirst { get; } =
        Comparer<Candidate>.Create((a, b) => Compare(b, a));

    private static int Compare(Candidate a, Candidate b)
    {
        var byScore = b.Score.CompareTo(a.Score);
        if (byScore != 0)
        {
            return byScore;
        }
        var byId = b.DocumentId.CompareTo(a.DocumentId);
        return byId != 0 ? byId : a.Ordinal.CompareTo(b.Ordinal);
    }
}
