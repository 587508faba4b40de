using Jobs.Kinds.Queries.Index;

namespace Jobs.Kinds.Queries.Ranking;

/// <summary>What each word of a plan is worth, and how much of its postings is read.</summary>
internal static class TermWeights
{
    public static void Set(QueryPlan plan, IndexState state, int mostPostings)
    {
        foreach (var lexeme in plan.Terms.Keys.Where(l => state[l] == 0).ToList())
        {
            plan.Terms.Remove(lexeme);
        }
        // Those that nothing has do not use up the places of those that are found.
        foreach (
            var (lexeme, _) in plan
                .Terms.OrderBy(t => t.Value.Order)
                .Skip(QueryPlan.MaxWords)
                .ToList()
        )
        {
            plan.Terms.Remove(lexeme);
        }
        var whole = plan.Whole.ToHashSet(StringComparer.Ordinal);
        long left = mostPostings;
        var terms = plan.Terms.OrderBy(t => state[t.Key]).ToList();
        foreach (var (i, (lexeme, term)) in terms.Index())
        {
            term.Weight = (float)(term.Repeats * Bm25.Weight(state.Passages, state[lexeme]));
            // The rarer ones leave what they do not need to the others.
            var most = Math.Max(1, left / (terms.Count - i));
            term.Share = whole.Contains(lexeme) ? 1 : Math.Min(1, most / (double)state[lexeme]);
            left -= Math.Min(most, state[lexeme]);
        }
    }
}
