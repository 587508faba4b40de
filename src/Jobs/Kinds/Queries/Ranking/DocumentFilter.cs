using Jobs.Kinds.Queries.Index;

namespace Jobs.Kinds.Queries.Ranking;

/// <summary>Which documents of a segment a request lets in, and that were not deleted. Not thread-safe.</summary>
internal sealed class DocumentFilter
{
    private readonly SegmentPostings segment;
    private readonly long? from;
    private readonly long? to;
    private readonly HashSet<Guid>? documents;

    // The first passages of documents that carry all tags, and have one of the types.
    private readonly PassageSet? marked;

    public DocumentFilter(SearchRequest request, SegmentPostings segment)
    {
        this.segment = segment;
        from = request.From?.ToUnixTimeMilliseconds();
        to = request.To?.ToUnixTimeMilliseconds();
        documents = request.Documents is { Count: > 0 } ? [.. request.Documents] : null;
        foreach (var tag in request.Tags ?? [])
        {
            var carried = Set(FilterTerms.Tag(tag));
            marked = marked?.And(carried) ?? carried;
        }
        if (request.Types is { Count: > 0 } types)
        {
            var typed = types.Select(t => Set(FilterTerms.Type(t))).Aggregate((a, b) => a.Or(b));
            marked = marked?.And(typed) ?? typed;
        }
    }

    /// <summary>The words of the index that such a request needs.</summary>
    public static IEnumerable<string> Lexemes(SearchRequest request) =>
        (request.Tags ?? [])
            .Select(FilterTerms.Tag)
            .Concat((request.Types ?? []).Select(FilterTerms.Type));

    public bool Accepts(int ordinal) =>
        !segment.IsDeleted(ordinal)
        && marked?[segment.Map.PassagesOf(ordinal).First] is not false
        && (from is null || segment.Map.CreatedMs(ordinal) >= from)
        && (to is null || segment.Map.CreatedMs(ordinal) < to)
        && documents?.Contains(segment.Map.Id(ordinal)) is not false;

    private PassageSet Set(string lexeme) =>
        new PassageSet(segment.Map.Passages).Add(segment.Get(lexeme, 1));
}
