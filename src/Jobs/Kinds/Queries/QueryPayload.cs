using System.Text.Json;

namespace Jobs.Kinds.Queries;

/// <summary>The payload of a <c>query</c> item: a search; or a report, which is not to be had yet.</summary>
internal sealed record QueryPayload(
    string? Q,
    int Limit = SearchRequest.DefaultLimit,
    IReadOnlyList<string>? Tags = null,
    JsonElement? Report = null
)
{
    public SearchRequest ToSearch() => new(Q ?? "", Limit, 0, Tags);
}
