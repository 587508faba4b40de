using Jobs.Tenancy;
using Microsoft.AspNetCore.Authorization;

namespace Jobs.Web.Http;

/// <summary>Who may call an endpoint: whoever's key has the scope.</summary>
internal static class ScopePolicies
{
    /// <summary>For pages that tell of all tenants at once.</summary>
    public const string Operator = "Operator";

    /// <summary>The endpoint needs a caller with this scope.</summary>
    public static TBuilder RequireScope<TBuilder>(this TBuilder builder, Scopes scope)
        where TBuilder : IEndpointConventionBuilder =>
        builder.RequireAuthorization(scope.ToString());

    public static void Add(AuthorizationOptions options)
    {
        foreach (var scope in (Scopes[])[Scopes.Read, Scopes.Submit, Scopes.Admin])
        {
            options.AddPolicy(
                scope.ToString(),
                policy =>
                    policy
                        .RequireAuthenticatedUser()
                        .RequireAssertion(c =>
                            c.Resource is HttpContext http && http.FindCaller()?.May(scope) == true
                        )
            );
        }
        options.AddPolicy(
            Operator,
            policy =>
                policy
                    .RequireAuthenticatedUser()
                    .RequireAssertion(c =>
                        c.Resource is HttpContext http
                        && http.FindCaller() is { } caller
                        && caller.MayOperate
                    )
        );
        // A route that forgets to say who may call is for nobody; what has no route is answered 404, 405 or 415.
        options.FallbackPolicy = new AuthorizationPolicyBuilder()
            .RequireAssertion(c =>
                c.Resource is HttpContext http && http.GetEndpoint() is not RouteEndpoint
            )
            .Build();
    }
}
