using Jobs.Dashboard;
using Jobs.Health;
using Jobs.Tenancy;
using Jobs.Web.Api;
using Jobs.Web.Http;
using Microsoft.AspNetCore.Mvc;

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
        reading.MapPost("/dashboard/export", ExportAsync);
    }

    private static Task<IResult> ExportAsync(
        HttpContext context,
        [FromForm] string? format,
        [FromForm] int? hours,
        DashboardReader dashboard,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        return DashboardExport.ExportAsync(
            context,
            new(format, now.AddHours(-PeriodOf(hours)), now),
            dashboard,
            time,
            cancellationToken
        );
    }

    private static int PeriodOf(int? hours) =>
        hours is { } asked && Periods.Contains(asked) ? asked : Periods[0];

    private static async Task<IResult> OpenAsync(
        HttpContext context,
        int? hours,
        DashboardData data,
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
                    data,
                    health,
                    time,
                    cancellationToken
                ),
            }
        );

    private static async Task<IResult> PartAsync(
        HttpContext context,
        int? hours,
        DashboardData data,
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
                    data,
                    health,
                    time,
                    cancellationToken
                ),
            }
        );

    private static async Task<DashboardView> ViewAsync(
        Caller caller,
        int? hours,
        DashboardData data,
        HealthExaminer health,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var period = PeriodOf(hours);
        // A minute, 24 minutes, or three hours, of which there are samples that far back.
        var bucket = period == 168 ? 180 * 60 : period * 60;
        // Buckets that stand still while time goes on.
        var step = bucket * TimeSpan.TicksPerSecond;
        var to = new DateTimeOffset((time.GetUtcNow().Ticks / step + 1) * step, TimeSpan.Zero);
        return new DashboardView(
            period,
            await data.SeriesAsync(
                caller.TenantId,
                DashboardSpan.Of(to.AddHours(-period), to, bucket),
                cancellationToken
            ),
            (await data.ActivityAsync(caller, null, Activities, null, cancellationToken)).Items,
            await data.QueuesAsync(caller.TenantId, cancellationToken),
            await data.WorkersAsync(cancellationToken),
            caller.May(Scopes.Admin) ? await health.ExamineAsync(cancellationToken) : null
        );
    }
}
