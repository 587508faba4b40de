namespace Jobs.Kinds.Queries.Ranking;

/// <summary>Which passages of a segment an alternative may match, by their words alone.</summary>
internal static class AlternativeMatch
{
    public static PassageSet Of(PlannedAlternative alternative, SegmentPostings segment)
    {
        var passages = segment.Map.Passages;
        PassageSet? matches = null;
        foreach (var required in alternative.Required)
        {
            var with = Any(required, segment);
            matches = matches?.And(with) ?? with;
        }
        matches ??= alternative.Words.Aggregate(
            new PassageSet(passages),
            (set, word) => set.Add(segment.Get(word, 1))
        );
        // A phrase is forbidden only where its words stand together, which its filter sees.
        foreach (var forbidden in alternative.Forbidden.Where(f => !f.IsPhrase))
        {
            matches.Except(Any(forbidden, segment));
        }
        return matches;
    }

    private static PassageSet Any(PlannedFilter filter, SegmentPostings segment) =>
        filter
            .Ways.Select(way =>
                way.Select(word => new PassageSet(segment.Map.Passages).Add(segment.Get(word, 1)))
                    .Aggregate((all, next) => all.And(next))
            )
            .Aggregate((any, next) => any.Or(next));
}
