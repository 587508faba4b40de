using Jobs.Dashboard;
using Jobs.Engine;
using Jobs.Health;
using Jobs.Queues;
using Jobs.Tenancy;
using Jobs.Web.Http;

namespace Jobs.Web.Ui.Dashboard;

/// <summary>The dashboard: how a tenant's work stands, and how it went.</summary>
internal static class DashboardPages
{
    private const int Activities = 12;
    private static readonly int[] Periods = [1, 24, 168];

    public static void Map(IEndpointRouteBuilder reading)
    {
        reading.MapGet("/dashboard", OpenAsync);
        reading.MapGet("/ui/dashboard", PartAsync);
    }

    private static async Task<IResult> OpenAsync(
        HttpContext context,
        int? hours,
        DashboardReader dashboard,
        StatisticsReader statistics,
        QueueReader queues,
        WorkerReader workers,
        HealthExaminer health,
        TimeProvider time,
        CancellationToken cancellationToken
    ) =>
        Page.Of<DashboardPage>(
            new
            {
                View = await ViewAsync(
                    context.GetCaller(),
                    hours,
                    dashboard,
                    statistics,
                    queues,
                    workers,
                    health,
                    time,
                    cancellationToken
                ),
            }
        );

    private static async Task<IResult> PartAsync(
        HttpContext context,
        int? hours,
        DashboardReader dashboard,
        StatisticsReader statistics,
        QueueReader queues,
        WorkerReader workers,
        HealthExaminer health,
        TimeProvider time,
        CancellationToken cancellationToken
    ) =>
        Page.Of<DashboardPart>(
            new
            {
                View = await ViewAsync(
                    context.GetCaller(),
                    hours,
                    dashboard,
                    statistics,
                    queues,
                    workers,
                    health,
                    time,
                    cancellationToken
                ),
            }
        );

    private static async Task<DashboardView> ViewAsync(
        Caller caller,
        int? hours,
        DashboardReader dashboard,
        StatisticsReader statistics,
        QueueReader queues,
        WorkerReader workers,
        HealthExaminer health,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var period = hours is { } asked && Periods.Contains(asked) ? asked : Periods[0];
        // A minute, 24 minutes, or three hours, of which there are samples that far back.
        var bucket = TimeSpan.FromMinutes(period == 168 ? 180 : period);
        // Buckets that stand still while time goes on.
        var now = time.GetUtcNow();
        var to = new DateTimeOffset((now.Ticks / bucket.Ticks + 1) * bucket.Ticks, TimeSpan.Zero);
        return new DashboardView(
            period,
            await statistics.SeriesAsync(
                caller.TenantId,
                to - TimeSpan.FromHours(period),
                to,
                bucket,
                cancellationToken
            ),
            await dashboard.ActivityAsync(caller.TenantId, null, Activities, cancellationToken),
            await queues.ReadAsync(caller.TenantId, cancellationToken),
            await workers.ListAsync(cancellationToken),
            caller.May(Scopes.Admin) ? await health.ExamineAsync(cancellationToken) : null
        );
    }
}
