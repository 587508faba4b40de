using Jobs.Batches;
using Jobs.Caching;
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
                "Words, `\"phrases\"`, `-without`, `or`. `tags` (all of which must be there), `types` (media types, one of which it must have) and `documents` (ids), repeated or comma separated; `from` and `to` are times when the document was taken in."
            )
            .WithTags("Documents");

    private static async Task<IResult> SearchAsync(
        HttpContext context,
        CachedSearch search,
        [AsParameters] SearchParameters parameters,
        CancellationToken cancellationToken
    )
    {
        if (parameters.Read(out var request) is { } malformed)
        {
            return Problems.Invalid(malformed.Field, malformed.Message);
        }
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
            var answer = await search.SearchAsync(
                context.GetCaller().TenantId,
                request,
                cancellationToken
            );
            context.Response.Headers["X-Cache"] = answer.Status.Header();
            return answer.Status == CacheStatus.Miss
                ? Results.Ok(answer.Value)
                : new KeptSearchAnswer(answer.Value);
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
