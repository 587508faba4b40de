using System.Runtime.CompilerServices;
using Jobs.RateLimiting;

namespace Jobs.Web.Http.RateLimits;

/// <summary>Finds the policies of an endpoint, and remembers them until the rules change. Thread-safe.</summary>
internal sealed class EndpointPolicies(RateLimitRules rules)
{
    private readonly ConditionalWeakTable<Endpoint, Found> known = [];

    public Found Of(RouteEndpoint endpoint, LimitedBy limited)
    {
        var current = rules.Current;
        if (known.TryGetValue(endpoint, out var found) && ReferenceEquals(found.Rules, current))
        {
            return found;
        }
        var method = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is [var only]
            ? only
            : "*";
        var path = PathOf(endpoint);
        found = new Found(
            current,
            current.PolicyOf(method, path, limited.Policy),
            current.ShadowsOf(method, path, limited.Policy)
        );
        known.AddOrUpdate(endpoint, found);
        return found;
    }

    /// <summary>As the OpenAPI document has it: <c>/api/v1/batch/jobs/{id}</c>, without the types of parameters.</summary>
    public static string PathOf(RouteEndpoint endpoint) =>
        "/"
        + string.Join(
            '/',
            endpoint.RoutePattern.PathSegments.Select(segment =>
                string.Concat(
                    segment.Parts.Select(part =>
                        part switch
                        {
                            Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart p =>
                                $"{{{p.Name}}}",
                            Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart l =>
                                l.Content,
                            _ => "",
                        }
                    )
                )
            )
        );

    /// <summary>What an endpoint is counted under.</summary>
    /// <param name="Enforced">Null for no limit.</param>
    internal sealed record Found(
        RuleSet Rules,
        RateLimitPolicy? Enforced,
        IReadOnlyList<RateLimitPolicy> Shadows
    );
}
