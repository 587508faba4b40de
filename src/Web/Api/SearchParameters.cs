using Jobs.Kinds;
using Jobs.Kinds.Queries;

namespace Jobs.Web.Api;

/// <summary>A search as the parameters of a URL. Lists are repeated, or separated by commas.</summary>
internal sealed record SearchParameters(
    string? Q,
    int? Limit,
    int? Offset,
    string[]? Tags,
    string[]? Types,
    DateTimeOffset? From,
    DateTimeOffset? To,
    string[]? Documents
)
{
    /// <summary>The request; or what is wrong with its form.</summary>
    public FieldError? Read(out SearchRequest request)
    {
        var documents = new List<Guid>();
        FieldError? error = null;
        foreach (var text in List(Documents) ?? [])
        {
            if (!Guid.TryParse(text, out var id))
            {
                error = new FieldError("documents", "must be ids of documents");
            }
            documents.Add(id);
        }
        request = new SearchRequest(
            Q ?? "",
            Limit ?? SearchRequest.DefaultLimit,
            Offset ?? 0,
            List(Tags)
        )
        {
            Types = List(Types),
            From = From,
            To = To,
            Documents = documents,
        };
        return error;
    }

    private static List<string>? List(string[]? values) =>
        values
            ?.SelectMany(v =>
                v.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            )
            .ToList();
}
