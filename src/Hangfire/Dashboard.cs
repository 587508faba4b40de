using Hangfire;
using Hangfire.Dashboard;
using Jobs.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jobs.HangfireEngine;

/// <summary>Hangfire's dashboard as a part of the front. Whoever is no administrator sees it without its buttons.</summary>
internal static class Dashboard
{
    private const string Path = "/hangfire";

    public static FrontPart Part { get; } = new(Path, "Hangfire", Map);

    // Hangfire keeps them for the whole process.
    private static readonly Lazy<IGlobalConfiguration> Details = new(() =>
        GlobalConfiguration.Configuration.UseJobDetailsRenderer(0, LinkToBatch)
    );

    private static NonEscapedString LinkToBatch(JobDetailsRendererDto page) =>
        page.JobDetails.Job is { Args: [Guid batch, ..] } job && job.Type == typeof(ChunkJob)
            ? new($"<p><a href=\"/batches/{batch}\">The batch in Jobs</a></p>")
            : new("");

    private static void Map(IEndpointRouteBuilder routes, Func<HttpContext, bool> isAdministrator)
    {
        _ = Details.Value;
        routes.MapHangfireDashboardWithNoAuthorizationFilters(
            Path,
            new DashboardOptions
            {
                AppPath = "/",
                DashboardTitle = "Jobs: Hangfire",
                DisplayStorageConnectionString = false,
                IsReadOnlyFunc = context => !isAdministrator(context.GetHttpContext()),
            },
            routes.ServiceProvider.GetRequiredService<JobStorage>()
        );
    }
}
