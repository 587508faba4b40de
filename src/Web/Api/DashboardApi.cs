using System.Globalization;
using System.Text.Json;
using Jobs.Caching;
using Jobs.Dashboard;
using Jobs.Dashboard.Activities;
using Jobs.Health;
using Jobs.Notifications;
using Jobs.Tenancy;
using Jobs.Web.Http;
using Jobs.Web.Http.Caching;

namespace Jobs.Web.Api;

/// <summary>What a tenant's dashboard shows. Answers are at most a few seconds old.</summary>
internal static class DashboardApi
{
    // Beside what the data itself may be: together at most 2 s and 15 s.
    private static readonly TimeSpan Live = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private static readonly Dictionary<string, ActivityType> Types = Enum.GetValues<ActivityType>()
        .ToDictionary(
            t => JsonNamingPolicy.CamelCase.ConvertName(t.ToString()),
            StringComparer.Ordinal
        );

    public static void Map(IEndpointRouteBuilder api)
    {
        var dashboard = api.MapGroup("/dashboard").RequireScope(Scopes.Read).WithTags("Dashboard");
        dashboard
            .MapGet("/metrics", MetricsAsync)
            .CacheResponse(CacheNamespaces.Dashboard, Live, stale: TimeSpan.Zero)
            .Produces<DashboardMetrics>()
            .WithSummary("How things stand: queues, the last hour and day, workers")
            .WithDescription(
                "Of the caller's tenant; the health score is for administrators. At most 2 s old."
            );
        dashboard
            .MapGet("/activity", ActivityAsync)
            .CacheResponse(CacheNamespaces.Dashboard, Live, stale: TimeSpan.Zero)
            .Produces<ActivityPage>()
            .ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity)
            .WithSummary("What happened last, newest first")
            .WithDescription(
                $"`type` is one of {string.Join(", ", Types.Keys.Select(t => $"`{t}`"))}; all without it. What administrators do is for administrators. `nextCursor` continues where the answer ends, whatever has come since. At most 2 s old."
            );
        dashboard
            .MapGet("/statistics", StatisticsAsync)
            .CacheResponse(CacheNamespaces.Dashboard, Slow, stale: TimeSpan.Zero)
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
        DashboardData data,
        NotificationStore notifications,
        HealthExaminer health,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var caller = context.GetCaller();
        var tenant = caller.TenantId;
        var counts = await data.QueuesAsync(tenant, cancellationToken);
        var alive = (await data.WorkersAsync(cancellationToken)).Where(w => w.IsAlive).ToList();
        var report = caller.May(Scopes.Admin) ? await health.ExamineAsync(cancellationToken) : null;
        return Results.Ok(
            new DashboardMetrics(
                time.GetUtcNow(),
                new(
                    counts.Sum(c => c.Ready),
                    counts.Sum(c => c.Scheduled),
                    counts.Sum(c => c.Held),
                    counts.Sum(c => c.Running),
                    (long?)counts.Max(c => c.OldestAge)?.TotalMilliseconds,
                    counts.All(c => c.Exact)
                ),
                await data.TotalsAsync(tenant, Hour, cancellationToken),
                await data.TotalsAsync(tenant, Day, cancellationToken),
                new(alive.Count, alive.Sum(w => w.Slots), alive.Sum(w => w.RunningChunks)),
                await notifications.CountAsync(tenant, cancellationToken),
                report is null ? null : new(report.Status, report.Score)
            )
        );
    }

    private static async Task<IResult> ActivityAsync(
        HttpContext context,
        DashboardData data,
        string? type,
        int? limit,
        string? cursor,
        CancellationToken cancellationToken
    )
    {
        ActivityType? wanted = null;
        if (type is not null)
        {
            if (!Types.TryGetValue(type, out var known))
            {
                return Problems.Invalid("type", $"must be one of {string.Join(", ", Types.Keys)}");
            }
            wanted = known;
        }
        if (limit is < 1 or > ApiLimits.ListMost)
        {
            return Problems.Invalid("limit", $"must be 1 to {ApiLimits.ListMost}");
        }
        if (cursor is not null && !ActivityReader.IsCursor(cursor))
        {
            return Problems.Invalid("cursor", "must be a nextCursor of an earlier answer");
        }
        return Results.Ok(
            await data.ActivityAsync(
                context.GetCaller(),
                wanted,
                limit ?? ApiLimits.ListDefault,
                cursor,
                cancellationToken
            )
        );
    }

    private static async Task<IResult> StatisticsAsync(
        HttpContext context,
        DashboardData data,
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
            await data.SeriesAsync(
                context.GetCaller().TenantId,
                DashboardSpan.Of(start, end, seconds),
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

/// <summary>What happened in a time, and whether all of it was counted.</summary>
internal sealed record PeriodTotals : DashboardTotals
{
    public PeriodTotals() { }

    public PeriodTotals(DashboardTotals totals)
        : base(totals) { }

    /// <summary>False where the time begins before batches were counted, or before what is kept.</summary>
    public bool Exact { get; init; }
}

internal sealed record WorkerTotals(int Alive, int Slots, int RunningChunks);

internal sealed record HealthShort(string Status, int Score);
