using Jobs.Batches;
using Jobs.Idempotency;
using Jobs.Kinds.Documents;
using Jobs.Kinds.Queries;
using Jobs.Notifications.Webhooks;
using Jobs.Recurring;
using Jobs.Web.Http;

namespace Jobs.Web.Api;

/// <summary>What the service says of itself: health and limits.</summary>
internal static class SystemApi
{
    public static void Map(WebApplication app, IEndpointRouteBuilder api)
    {
        app.MapGet("/health", HealthAsync)
            .AllowAnonymous()
            .Produces<HealthAnswer>()
            .Produces<HealthAnswer>(StatusCodes.Status503ServiceUnavailable)
            .WithSummary("Health in short")
            .WithTags("System");
        app.MapGet("/health/live", () => Results.Text("live"))
            .AllowAnonymous()
            .WithSummary("The process answers")
            .WithTags("System");
        app.MapGet("/health/ready", ReadyAsync)
            .AllowAnonymous()
            .WithSummary("The database answers and has the schema of this build")
            .WithTags("System");
        api.MapGet("/limits", () => Results.Ok(LimitsAnswer.Current))
            .AllowAnonymous()
            .Produces<LimitsAnswer>()
            .WithSummary("Every limit of this API")
            .WithTags("System");
    }

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
internal sealed record HealthAnswer(
    string Status,
    string Database,
    string Cache,
    int Workers,
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
