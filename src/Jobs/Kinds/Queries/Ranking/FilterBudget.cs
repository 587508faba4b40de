namespace Jobs.Kinds.Queries.Ranking;

/// <summary>
/// Bounds what the operators of a query read, since of their words every posting is needed. Of a phrase the rarest words
/// will do, as its text is looked at anyway; what is too much even so is left to the texts alone, of which only the
/// best candidates are looked at.
/// </summary>
internal static class FilterBudget
{
    // Of a phrase: with a few of its words there are few passages that have them all and not the phrase.
    private const int MostOfPhrase = 4;

    public static void Apply(QueryPlan plan, IndexState state, int mostPostings)
    {
        var left = (long)mostPostings;
        var known = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < plan.Alternatives.Count; i++)
        {
            var alternative = plan.Alternatives[i];
            var required = alternative.Required.Select(f => Rarest(f, state)).Where(Fits).ToList();
            // A phrase is forbidden only where its words stand together, which its text alone says.
            var forbidden = alternative.Forbidden.Where(f => f.IsPhrase || Fits(f)).ToList();
            var isCut =
                required.Count < alternative.Required.Count
                || forbidden.Count < alternative.Forbidden.Count;
            plan.Alternatives[i] = alternative with
            {
                Required = required,
                Forbidden = forbidden,
                Filter = isCut ? alternative.Text : alternative.Filter,
            };
        }

        bool Fits(PlannedFilter filter)
        {
            var more = filter
                .Ways.SelectMany(w => w)
                .Distinct(StringComparer.Ordinal)
                .Where(l => !known.Contains(l))
                .ToList();
            var size = more.Sum(l => state[l]);
            if (size > left)
            {
                return false;
            }
            left -= size;
            known.UnionWith(more);
            return true;
        }
    }

    private static PlannedFilter Rarest(PlannedFilter filter, IndexState state) =>
        new([
            .. filter.Ways.Select(way =>
                (IReadOnlyList<string>)[.. way.OrderBy(l => state[l]).Take(MostOfPhrase)]
            ),
        ]);
}
