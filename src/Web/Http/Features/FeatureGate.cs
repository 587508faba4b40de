using Microsoft.FeatureManagement;

namespace Jobs.Web.Http.Features;

/// <summary>Endpoints that are there only while a feature is on.</summary>
internal static class FeatureGate
{
    /// <summary>What a refusal says that it is.</summary>
    public const string ProblemType = "urn:jobs:problem:feature-disabled";

    public static void AddFeatureGates(this IServiceCollection services)
    {
        services.AddSingleton<IFeatureDefinitionProvider, FeatureDefinitions>();
        services.AddFeatureManagement();
    }

    /// <summary>While the feature is off, the endpoint answers 503 with a problem of its own type.</summary>
    public static TBuilder RequireFeature<TBuilder>(this TBuilder builder, string feature)
        where TBuilder : IEndpointConventionBuilder =>
        builder.AddEndpointFilter(
            async (context, next) =>
            {
                var http = context.HttpContext;
                var features = http.RequestServices.GetRequiredService<IFeatureManager>();
                return await features.IsEnabledAsync(feature)
                    ? await next(context)
                    : Refusal(feature);
            }
        );

    public static IResult Refusal(string feature) =>
        Results.Problem(
            type: ProblemType,
            statusCode: StatusCodes.Status503ServiceUnavailable,
            title: "Switched off",
            detail: $"The feature '{feature}' is switched off by an administrator. Nothing was done.",
            extensions: new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["feature"] = feature,
            }
        );
}
