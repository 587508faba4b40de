using System.Net;
using Jobs.Monitoring.Telemetry;
using Jobs.Tenancy;
using Jobs.Web.Http;
using Jobs.Web.Http.RateLimits;
using Microsoft.Extensions.Options;

namespace Jobs.Web.Api;

/// <summary>
/// The metrics of this process for Prometheus: for administrators, for whoever is on the same machine, and for all where
/// that is configured.
/// </summary>
internal static class PrometheusApi
{
    public static void Map(WebApplication app) =>
        app.MapGet("/metrics", ReadAsync)
            .AllowAnonymous()
            .NeverLimited()
            .Produces<string>(StatusCodes.Status200OK, "text/plain")
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .WithSummary("Metrics of this process in Prometheus' text format")
            .WithTags("System");

    private static async Task<IResult> ReadAsync(
        HttpContext context,
        ServiceTelemetry telemetry,
        IOptions<TelemetryOptions> options,
        CancellationToken cancellationToken
    )
    {
        if (
            options.Value.PublicMetrics
            || context.FindCaller()?.May(Scopes.Admin) == true
            || IsFromHere(context)
        )
        {
            return Results.Text(
                await telemetry.ReadAsync(cancellationToken),
                ServiceTelemetry.TextFormat
            );
        }
        if (context.FindCaller() is not null)
        {
            return Problems.Of(
                StatusCodes.Status403Forbidden,
                "Forbidden",
                "Metrics need a key with the scope admin, or a caller on the same machine."
            );
        }
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return Problems.Of(
            StatusCodes.Status401Unauthorized,
            "Unauthorized",
            "Metrics need a key with the scope admin, or a caller on the same machine."
        );
    }

    // A proxy on this machine passes on what comes from elsewhere, and says so.
    private static bool IsFromHere(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address
        && IPAddress.IsLoopback(address)
        && !context.Request.Headers.ContainsKey("X-Forwarded-For")
        && !context.Request.Headers.ContainsKey("Forwarded")
        && !context.Request.Headers.ContainsKey("X-Real-IP")
        && !context.Request.Headers.ContainsKey("Via");
}
