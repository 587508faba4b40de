using Jobs.Caching;
using Jobs.RateLimiting;
using Jobs.Web.Http.Caching;
using Jobs.Web.Http.Idempotency;
using Jobs.Web.Http.RateLimits;
using Microsoft.OpenApi;

namespace Jobs.Web.Api;

/// <summary>The HTTP API.</summary>
internal static class ApiExtensions
{
    public static void AddApi(this IServiceCollection services)
    {
        services.AddSingleton<BatchWaiter>();
        services.AddSingleton<HealthReader>();
        services.AddSingleton<DashboardData>();
        services.ConfigureHttpJsonOptions(o =>
            o.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default)
        );
        services.AddOpenApi(
            "v1",
            o =>
                o.AddDocumentTransformer(Describe)
                    .AddOperationTransformer(IdempotencyDescription.Describe)
                    .AddOperationTransformer(RateLimitDescription.Describe)
        );
    }

    public static void MapApi(this WebApplication app)
    {
        var api = app.MapGroup("/api/v1").LimitBy(RateLimitPolicies.Api);
        BatchSubmitApi.Map(api);
        BatchQueriesApi.Map(api);
        BatchDocumentsApi.Map(api);
        BatchReadApi.Map(api);
        BatchResultsApi.Map(api);
        BatchEventsApi.Map(api);
        EventsApi.Map(api);
        BatchSteerApi.Map(api);
        BatchRetryApi.Map(api);
        SchedulesApi.Map(api);
        WorkersApi.Map(api);
        QueuesApi.Map(api);
        DocumentsApi.Map(api);
        SearchApi.Map(api);
        ReportsApi.Map(api);
        BatchCacheApi.Map(api);
        BatchCacheWarmApi.Map(api);
        CacheWebhooksApi.Map(api);
        SystemCacheApi.Map(api);
        KeysApi.Map(api);
        WebhooksApi.Map(api);
        RateLimitsApi.Map(api);
        MetricsApi.Map(api);
        PrometheusApi.Map(app);
        LoggingApi.Map(api);
        SystemAuditApi.Map(api);
        SystemDatabaseApi.Map(api);
        NotificationsApi.Map(api);
        SystemFeaturesApi.Map(api);
        SystemHealthApi.Map(api);
        DashboardApi.Map(api);
        SystemApi.Map(app, api);
        app.MapOpenApi("/openapi/{documentName}.json")
            .AllowAnonymous()
            .NeverLimited()
            .CacheResponse(CacheNamespaces.ApiResponse);
        app.UseSwaggerUI(o =>
        {
            o.RoutePrefix = "docs";
            o.DocumentTitle = "Jobs API";
            o.SwaggerEndpoint("/openapi/v1.json", "Jobs API v1");
        });
    }

    private static Task Describe(
        OpenApiDocument document,
        Microsoft.AspNetCore.OpenApi.OpenApiDocumentTransformerContext context,
        CancellationToken cancellationToken
    )
    {
        document.Info = new OpenApiInfo
        {
            Title = "Jobs",
            Version = "v1",
            Description =
                "Batches of background work: submit, watch, steer, read the results. Errors are RFC 9457 problem details.",
        };
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(
            StringComparer.Ordinal
        )
        {
            ["bearer"] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
            },
            ["key"] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Header,
                Name = "X-API-Key",
            },
        };
        document.Security =
        [
            new OpenApiSecurityRequirement
            {
                [new OpenApiSecuritySchemeReference("bearer", document)] = [],
            },
            new OpenApiSecurityRequirement
            {
                [new OpenApiSecuritySchemeReference("key", document)] = [],
            },
        ];
        return Task.CompletedTask;
    }
}
