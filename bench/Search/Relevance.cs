namespace Jobs.Bench.Search;

/// <summary>How good answers are, after the rules of trec_eval: gains as they are, queries without an answer count as 0.</summary>
internal static class Relevance
{
    private const int Depth = 10;

    /// <summary>The mean nDCG@10 over the queries that have judgements.</summary>
    public static double MeanNdcg(
        IReadOnlyDictionary<string, Dictionary<string, double>> gains,
        IReadOnlyDictionary<string, IReadOnlyList<string>> answers
    ) => gains.Average(q => Ndcg(q.Value, answers.GetValueOrDefault(q.Key) ?? []));

    private static double Ndcg(Dictionary<string, double> gains, IReadOnlyList<string> documents)
    {
        var ideal = Sum(gains.Values.Where(g => g > 0).OrderDescending());
        var found = Sum(
            documents
                .Distinct(StringComparer.Ordinal)
                .Select(d => Math.Max(0, gains.GetValueOrDefault(d)))
        );
        return ideal == 0 ? 0 : found / ideal;
    }

    private static double Sum(IEnumerable<double> gains) =>
        gains.Take(Depth).Select((gain, rank) => gain / Math.Log2(rank + 2)).Sum();
}
