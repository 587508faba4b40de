using Jobs.Batches;
using Jobs.Idempotency;
using Jobs.Kinds.Documents;
using Jobs.Kinds.Queries;
using Jobs.Notifications.Webhooks;
using Jobs.RateLimiting;
using Jobs.Recurring;
using Jobs.Resilience;
using Jobs.Web.Http;
using Jobs.Web.Http.RateLimits;

namespace Jobs.Web.Api;

/// <summary>What the service says of itself: health and limits.</summary>
internal static class SystemApi
{
    public static void Map(WebApplication app, IEndpointRouteBuilder api)
    {
        app.MapGet("/health", HealthAsync)
            .AllowAnonymous()
            .NeverLimited()
            .Produces<HealthAnswer>()
            .Produces<HealthAnswer>(StatusCodes.Status503ServiceUnavailable)
            .WithSummary("Health in short")
            .WithTags("System");
        app.MapGet("/health/live", () => Results.Text("live"))
            .AllowAnonymous()
            .NeverLimited()
            .WithSummary("The process answers")
            .WithTags("System");
        app.MapGet("/health/ready", ReadyAsync)
            .AllowAnonymous()
            .NeverLimited()
            .WithSummary("The database answers and has the schema of this build")
            .WithTags("System");
        api.MapGet("/limits", Limits)
            .AllowAnonymous()
            .Produces<LimitsAnswer>()
            .WithSummary("Every limit of this API")
            .WithTags("System");
    }

    private static IResult Limits(RateLimitRules rules, TenantQueries queries) =>
        Results.Ok(
            LimitsAnswer.Current with
            {
                RateLimits = RateLimitAnswer.Enforced(rules.Current),
                QueriesAtOnce = queries.Limit,
            }
        );

    private static async Task<IResult> HealthAsync(
        HealthReader health,
        CancellationToken cancellationToken
    )
    {
        var answer = await health.ReadAsync(cancellationToken);
        return answer.Database == "ok"
            ? Results.Ok(answer)
            : Results.Json(
                answer,
                ApiJson.Default.HealthAnswer,
                statusCode: StatusCodes.Status503ServiceUnavailable
            );
    }

    private static async Task<IResult> ReadyAsync(
        HttpContext context,
        HealthReader health,
        CancellationToken cancellationToken
    )
    {
        if ((await health.ReadAsync(cancellationToken)).Database == "ok")
        {
            return Results.Text("ready");
        }
        context.Response.Headers.RetryAfter = "2";
        return Problems.Of(
            StatusCodes.Status503ServiceUnavailable,
            "Not ready",
            "The database does not answer, or its schema is not there yet."
        );
    }
}

/// <summary>Health in short.</summary>
/// <param name="Status"><c>ok</c>, <c>degraded</c> (no worker is alive) or <c>down</c>.</param>
/// <param name="Workers">Workers with a lease that holds.</param>
/// <param name="Breakers">
/// What this process calls outside of itself, and whether it does at present: <c>closed</c> lets calls through,
/// <c>open</c> suspends them because they fail, <c>halfOpen</c> tries one.
/// </param>
internal sealed record HealthAnswer(
    string Status,
    string Database,
    string Cache,
    int Workers,
    IReadOnlyDictionary<string, BreakerState> Breakers,
    string Version
);

/// <summary>What a request may hold; more is refused with the status in brackets.</summary>
internal sealed record LimitsAnswer(
    int BatchItems,
    int ItemBytes,
    int JsonBytes,
    long NdjsonBytes,
    int SyncQueries,
    int UploadFiles,
    long FileBytes,
    int CustomIdLength,
    int MetadataPairs,
    int MetadataLength,
    int MaxAttempts,
    int QueryLength,
    int QueryLimit,
    int CallbackUrlLength,
    int IdempotencyKeyLength,
    int Schedules,
    int ScheduleItemsBytes,
    int CacheKeys,
    int CacheTags,
    int CacheSubscriptions,
    int ListLimit,
    int WaitSeconds
)
{
    /// <summary>Queries of one tenant that a node answers at once (429).</summary>
    public int QueriesAtOnce { get; init; }

    /// <summary>The rate limits that are enforced, for those who have none of their own (429).</summary>
    public IReadOnlyList<RateLimitAnswer> RateLimits { get; init; } = [];

    public static LimitsAnswer Current { get; } =
        new(
            BatchLimits.Items,
            BatchLimits.PageBytes,
            ApiLimits.JsonBytes,
            ApiLimits.NdjsonBytes,
            ApiLimits.SyncQueries,
            ApiLimits.Files,
            DocumentLimits.MaxLength,
            BatchLimits.CustomIdLength,
            BatchLimits.MetadataPairs,
            BatchLimits.MetadataLength,
            BatchLimits.MaxAttempts,
            SearchRequest.MaxLength,
            SearchRequest.MaxLimit,
            CallbackUrls.Length,
            IdempotencyKeys.KeyLength,
            ScheduleLimits.PerTenant,
            ScheduleLimits.ItemsBytes,
            ApiLimits.CacheKeys,
            ApiLimits.CacheTags,
            Jobs.Caching.Subscriptions.CacheSubscriptions.Most,
            ApiLimits.ListMost,
            ApiLimits.WaitSeconds
        );
}
