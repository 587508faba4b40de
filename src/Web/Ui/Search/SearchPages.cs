using Jobs.Kinds.Documents;
using Jobs.Kinds.Queries;
using Jobs.RateLimiting;
using Jobs.Web.Http;
using Jobs.Web.Http.RateLimits;

namespace Jobs.Web.Ui.Search;

/// <summary>One query over the documents.</summary>
internal static class SearchPages
{
    public static void Map(IEndpointRouteBuilder reading) =>
        reading.MapGet("/search", SearchAsync).LimitBy(RateLimitPolicies.Query, atOnce: true);

    private static async Task<IResult> SearchAsync(
        HttpContext context,
        [AsParameters] SearchForm form,
        CachedSearch search,
        DocumentReader documents,
        CancellationToken cancellationToken
    )
    {
        var tenantId = context.GetCaller().TenantId;
        var name =
            Guid.TryParse(form.Document, out var id)
            && await documents.GetAsync(tenantId, id, cancellationToken) is { } document
                ? document.Name
                : null;
        if (string.IsNullOrWhiteSpace(form.Q))
        {
            return Page.Of<SearchPage>(new { Form = form, DocumentName = name });
        }
        if (form.Read(out var request) is { } error)
        {
            return Page.Of<SearchPage>(
                new
                {
                    Form = form,
                    DocumentName = name,
                    Error = $"{WordOf(error.Field)} {error.Message}.",
                },
                StatusCodes.Status422UnprocessableEntity
            );
        }
        try
        {
            var answer = await search.SearchAsync(tenantId, request, cancellationToken);
            return Page.Of<SearchPage>(
                new
                {
                    Form = form,
                    DocumentName = name,
                    Request = request,
                    Answer = answer.Value,
                }
            );
        }
        catch (TimeoutException e)
        {
            return Page.Of<SearchPage>(
                new
                {
                    Form = form,
                    DocumentName = name,
                    Error = e.Message,
                },
                StatusCodes.Status503ServiceUnavailable
            );
        }
    }

    private static string WordOf(string field) =>
        field.Split('[')[0] switch
        {
            "q" => "The search",
            "from" => "The first day",
            "to" => "The last day",
            "tags" => "Tags",
            "offset" => "The page",
            _ => "The document",
        };
}
