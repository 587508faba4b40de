using System.Text.Json;

namespace Jobs.Kinds.Queries;

/// <summary>The payload of a <c>query</c> item: a search, or a report with its parameters.</summary>
internal sealed record QueryPayload(
    string? Q,
    int Limit = SearchRequest.DefaultLimit,
    int Offset = 0,
    IReadOnlyList<string>? Tags = null,
    IReadOnlyList<string>? Types = null,
    DateTimeOffset? From = null,
    DateTimeOffset? To = null,
    IReadOnlyList<Guid>? Documents = null,
    string? Report = null,
    JsonElement? Parameters = null
)
{
    public bool IsReport => Report is not null;

    public static QueryPayload Of(SearchRequest request) =>
        new(
            request.Q,
            request.Limit,
            request.Offset,
            request.Tags,
            request.Types,
            request.From,
            request.To,
            request.Documents
        );

    public SearchRequest ToSearch() =>
        new(Q ?? "", Limit, Offset, Tags)
        {
            Types = Types,
            From = From,
            To = To,
            Documents = Documents,
        };
}
