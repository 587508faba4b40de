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
        string? q,
        int? offset,
        CachedSearch search,
        CancellationToken cancellationToken
    )
    {
        if (string.IsNullOrWhiteSpace(q))
        {
            return Page.Of<SearchPage>();
        }
        var request = new SearchRequest(q, Offset: Math.Max(0, offset ?? 0));
        if (request.Validate() is [var error, ..])
        {
            return Page.Of<SearchPage>(
                new { Request = request, Message = $"The search {error.Message}." },
                StatusCodes.Status422UnprocessableEntity
            );
        }
        try
        {
            var answer = await search.SearchAsync(
                context.GetCaller().TenantId,
                request,
                cancellationToken
            );
            return Page.Of<SearchPage>(new { Request = request, Answer = answer.Value });
        }
        catch (TimeoutException e)
        {
            return Page.Of<SearchPage>(
                new { Request = request, e.Message },
                StatusCodes.Status503ServiceUnavailable
            );
        }
    }
}
