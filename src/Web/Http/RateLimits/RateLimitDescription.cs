using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Jobs.Web.Http.RateLimits;

/// <summary>Says in the description of the API what is limited, and by which policy.</summary>
internal static class RateLimitDescription
{
    public static Task Describe(
        OpenApiOperation operation,
        OpenApiOperationTransformerContext context,
        CancellationToken cancellationToken
    )
    {
        var limited = context
            .Description.ActionDescriptor.EndpointMetadata.OfType<LimitedBy>()
            .LastOrDefault();
        if (limited is not null)
        {
            operation.Responses ??= [];
            operation.Responses.TryAdd(
                "429",
                new OpenApiResponse
                {
                    Description =
                        $"Over the rate limit `{limited.Policy}`; `Retry-After` says when to come back.",
                }
            );
        }
        return Task.CompletedTask;
    }
}
