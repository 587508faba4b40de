using Jobs.Batches;
using Jobs.Kinds.Queries;
using Jobs.RateLimiting;
using Jobs.Tenancy;
using Jobs.Web.Http;
using Jobs.Web.Http.RateLimits;

namespace Jobs.Web.Api;

/// <summary>One query over the tenant's documents.</summary>
internal static class SearchApi
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/search", SearchAsync)
            .RequireScope(Scopes.Read)
            .LimitBy(RateLimitPolicies.Query, atOnce: true)
            .Produces<SearchAnswer>()
            .ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithSummary("Search in documents")
            .WithDescription(
                "Words, `\"phrases\"`, `-without`, `or`; `tags` repeated or comma separated, all of which must be there."
            )
            .WithTags("Documents");

    private static async Task<IResult> SearchAsync(
        HttpContext context,
        SearchService search,
        string? q,
        int? limit,
        int? offset,
        string[]? tags,
        CancellationToken cancellationToken
    )
    {
        var request = new SearchRequest(
            q ?? "",
            limit ?? SearchRequest.DefaultLimit,
            offset ?? 0,
            tags?.SelectMany(t =>
                    t.Split(
                        ',',
                        StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries
                    )
                )
                .ToList()
        );
        if (request.Validate() is { Count: > 0 } faults)
        {
            return Problems.Invalid(
                [.. faults.Select(f => new BatchError(f.Field, f.Message))],
                faults.Count,
                false
            );
        }
        try
        {
            context.Response.Headers["X-Cache"] = "MISS";
            return Results.Ok(
                await search.SearchAsync(context.GetCaller().TenantId, request, cancellationToken)
            );
        }
        catch (TimeoutException e)
        {
            context.Response.Headers.RetryAfter = "5";
            return Problems.Of(
                StatusCodes.Status503ServiceUnavailable,
                "The search took too long",
                $"{e.Message} Search for rarer words, or for fewer of them."
            );
        }
    }
}
