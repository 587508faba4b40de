using System.Globalization;
using Jobs.Caching;
using Jobs.Dashboard;
using Jobs.Engine;
using Jobs.Health;
using Jobs.Notifications;
using Jobs.Queues;
using Jobs.Tenancy;
using Jobs.Web.Http;
using Jobs.Web.Http.Caching;

namespace Jobs.Web.Api;

/// <summary>What a tenant's dashboard shows. Answers are at most a few seconds old.</summary>
internal static class DashboardApi
{
    private static readonly TimeSpan Live = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    public static void Map(IEndpointRouteBuilder api)
    {
        var dashboard = api.MapGroup("/dashboard").RequireScope(Scopes.Read).WithTags("Dashboard");
        dashboard
            .MapGet("/metrics", MetricsAsync)
            .CacheResponse(CacheNamespaces.Dashboard, Live)
            .Produces<DashboardMetrics>()
            .WithSummary("How things stand: queues, the last hour and day, workers")
            .WithDescription(
                "Of the caller's tenant; the health score is for administrators. At most 2 s old."
            );
        dashboard
            .MapGet("/activity", ActivityAsync)
            .CacheResponse(CacheNamespaces.Dashboard, Live)
            .Produces<ActivityList>()
            .ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity)
            .WithSummary("Batches that were submitted or ended last, newest first")
            .WithDescription("`type` is `submitted` or `ended`; both without it. At most 2 s old.");
        dashboard
            .MapGet("/statistics", StatisticsAsync)
            .CacheResponse(CacheNamespaces.Dashboard, Slow)
            .Produces<DashboardSeries>()
            .ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity)
            .WithSummary("What was submitted, done and failed over time")
            .WithDescription(
                "From `from` (a day ago) until `to` (now) in buckets of `bucket`: `minute`, `hour`, `day` or a multiple of 60 seconds; 1,000 buckets at most. The first begins with the minute, hour or day (UTC) of `from`. Minutes are kept for 2 days, hours for 90, days for 730. Counts are exact, percentiles of durations within 1.6 percent. At most 15 s old."
            );
        dashboard
            .MapPost("/export", DashboardExport.ExportAsync)
            .Produces(
                StatusCodes.Status200OK,
                contentType: "application/json",
                additionalContentTypes: ["text/csv", DashboardExport.Xlsx]
            )
            .ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity)
            .WithSummary("Batches that ended in a time, as JSON, CSV or XLSX")
            .WithDescription(
                "`{format: json|csv|xlsx, from, to}`, streamed; a sheet of an XLSX has 1,048,575 batches, and as many follow as are needed."
            );
    }

    private static async Task<IResult> MetricsAsync(
        HttpContext context,
        StatisticsReader statistics,
        QueueReader queues,
        WorkerReader workers,
        NotificationStore notifications,
        HealthExaminer health,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var caller = context.GetCaller();
        var now = time.GetUtcNow();
        var (hour, hourExact) = await statistics.TotalsAsync(
            caller.TenantId,
            now.AddHours(-1),
            now,
            cancellationToken
        );
        var (day, dayExact) = await statistics.TotalsAsync(
            caller.TenantId,
            now - Day,
            now,
            cancellationToken
        );
        var counts = await queues.ReadAsync(caller.TenantId, cancellationToken);
        var alive = (await workers.ListAsync(cancellationToken)).Where(w => w.IsAlive).ToList();
        var report = caller.May(Scopes.Admin) ? await health.ExamineAsync(cancellationToken) : null;
        return Results.Ok(
            new DashboardMetrics(
                now,
                new(
                    counts.Sum(c => c.Ready),
                    counts.Sum(c => c.Scheduled),
                    counts.Sum(c => c.Held),
                    counts.Sum(c => c.Running),
                    (long?)counts.Max(c => c.OldestAge)?.TotalMilliseconds,
                    counts.All(c => c.Exact)
                ),
                PeriodTotals.Of(hour, hourExact),
                PeriodTotals.Of(day, dayExact),
                new(alive.Count, alive.Sum(w => w.Slots), alive.Sum(w => w.RunningChunks)),
                await notifications.CountAsync(caller.TenantId, cancellationToken),
                report is null ? null : new(report.Status, report.Score)
            )
        );
    }

    private static async Task<IResult> ActivityAsync(
        HttpContext context,
        DashboardReader dashboard,
        string? type,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        ActivityType? wanted = type switch
        {
            "submitted" => ActivityType.Submitted,
            "ended" => ActivityType.Ended,
            _ => null,
        };
        if (type is not null && wanted is null)
        {
            return Problems.Invalid("type", "must be submitted or ended");
        }
        if (limit is < 1 or > ApiLimits.ListMost)
        {
            return Problems.Invalid("limit", $"must be 1 to {ApiLimits.ListMost}");
        }
        return Results.Ok(
            new ActivityList(
                await dashboard.ActivityAsync(
                    context.GetCaller().TenantId,
                    wanted,
                    limit ?? ApiLimits.ListDefault,
                    cancellationToken
                )
            )
        );
    }

    private static async Task<IResult> StatisticsAsync(
        HttpContext context,
        StatisticsReader statistics,
        TimeProvider time,
        DateTimeOffset? from,
        DateTimeOffset? to,
        string? bucket,
        CancellationToken cancellationToken
    )
    {
        var end = to ?? time.GetUtcNow();
        var start = from ?? end - Day;
        if (start >= end)
        {
            return Problems.Invalid("from", "must be before to");
        }
        if (BucketOf(bucket) is not { } seconds)
        {
            return Problems.Invalid(
                "bucket",
                "must be minute, hour, day or a multiple of 60 seconds"
            );
        }
        if ((end - start).TotalSeconds > (double)seconds * (StatisticsReader.MostBuckets - 1))
        {
            return Problems.Invalid(
                "bucket",
                $"must be longer: from and to are more than {StatisticsReader.MostBuckets - 1} of it apart"
            );
        }
        var finest = statistics.FinestAt(start, time.GetUtcNow());
        if (seconds % finest != 0)
        {
            return Problems.Invalid(
                "bucket",
                $"must be a multiple of {finest} seconds: what happened then is kept by the {(finest == 3_600 ? "hour" : "day")}"
            );
        }
        return Results.Ok(
            await statistics.SeriesAsync(
                context.GetCaller().TenantId,
                start,
                end,
                TimeSpan.FromSeconds(seconds),
                cancellationToken
            )
        );
    }

    private static int? BucketOf(string? bucket) =>
        bucket switch
        {
            "minute" => 60,
            null or "hour" => 3_600,
            "day" => 86_400,
            _ => int.TryParse(
                bucket,
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var seconds
            )
            && seconds > 0
            && seconds % 60 == 0
                ? seconds
                : null,
        };
}

/// <summary>How a tenant's work stands.</summary>
/// <param name="Workers">Of all tenants.</param>
/// <param name="Unread">Notifications that nobody has read.</param>
/// <param name="Health">For administrators; null for others.</param>
internal sealed record DashboardMetrics(
    DateTimeOffset At,
    QueueTotals Queues,
    PeriodTotals LastHour,
    PeriodTotals LastDay,
    WorkerTotals Workers,
    long Unread,
    HealthShort? Health
);

/// <summary>Numbers of items.</summary>
internal sealed record QueueTotals(
    long Ready,
    long Scheduled,
    long Held,
    long Running,
    long? OldestAgeMs,
    bool Exact
);

/// <summary>What happened in a time: batches and items submitted, batches that ended, and items that got an outcome.</summary>
internal sealed record PeriodTotals(
    long Batches,
    long Items,
    long Ended,
    long Succeeded,
    long Failed,
    long Cancelled,
    bool Exact
)
{
    public static PeriodTotals Of(DashboardTotals totals, bool exact) =>
        new(
            totals.Batches,
            totals.Items,
            totals.Ended,
            totals.Succeeded,
            totals.Failed,
            totals.Cancelled,
            exact
        );
}

internal sealed record WorkerTotals(int Alive, int Slots, int RunningChunks);

internal sealed record HealthShort(string Status, int Score);

internal sealed record ActivityList(IReadOnlyList<DashboardActivity> Items);
