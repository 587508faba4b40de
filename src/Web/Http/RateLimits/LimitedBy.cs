using Jobs.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;

namespace Jobs.Web.Http.RateLimits;

/// <summary>Says which policy an endpoint is counted under; the one that is nearest to the endpoint holds.</summary>
/// <param name="Policy">Of <see cref="RateLimitPolicies"/>.</param>
/// <param name="AtOnce">Whether a tenant may only have so many of its requests answered at once.</param>
public sealed record LimitedBy(string Policy, bool AtOnce);

/// <summary>Limits of endpoints.</summary>
internal static class LimitedByExtensions
{
    /// <summary>Requests are counted under a policy, which <c>system/rate-limits</c> may replace by another one.</summary>
    public static TBuilder LimitBy<TBuilder>(
        this TBuilder builder,
        string policy,
        bool atOnce = false
    )
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new LimitedBy(policy, atOnce));

    /// <summary>Whoever asks how the service is, is told.</summary>
    public static TBuilder NeverLimited<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new DisableRateLimitingAttribute());
}
