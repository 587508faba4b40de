using Jobs.Monitoring.Requests;
using Jobs.Tenancy;
using Jobs.Web.Http;

namespace Jobs.Web.Api;

/// <summary>How requests go, of all tenants and on all nodes, for administrators.</summary>
internal static class MetricsApi
{
    private const double LeastSeconds = 60;
    private const double MostSeconds = 86_400;
    private const double DefaultSeconds = 300;

    public static void Map(IEndpointRouteBuilder api)
    {
        var metrics = api.MapGroup("/system/metrics").RequireScope(Scopes.Admin).WithTags("System");
        metrics
            .MapGet("", ReadAsync)
            .Produces<RequestReport>()
            .ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity)
            .WithSummary("Requests by endpoint: how many, how they ended, how long they took")
            .WithDescription(
                "Of all nodes. `window` is a number with s, m, h or d, from a minute (`60s`) to a day; `5m` without it. What other nodes counted is in it up to the last full minute."
            );
        metrics
            .MapPost("/reset", ResetAsync)
            .Produces<MetricsResetAnswer>()
            .WithSummary("Count requests anew, on all nodes");
    }

    private static async Task<IResult> ReadAsync(
        RequestReporter reporter,
        string? window,
        CancellationToken cancellationToken
    ) =>
        SecondsOf(window) is { } seconds and >= LeastSeconds and <= MostSeconds
            ? Results.Ok(await reporter.ReadAsync(TimeSpan.FromSeconds(seconds), cancellationToken))
            : Problems.Invalid(
                "window",
                "must be a number with s, m, h or d, from 60s to 24h, such as 15m"
            );

    private static async Task<IResult> ResetAsync(
        HttpContext context,
        RequestReporter reporter,
        CancellationToken cancellationToken
    )
    {
        var caller = context.GetCaller();
        return Results.Ok(
            new MetricsResetAnswer(
                await reporter.ResetAsync($"{caller.Tenant} / {caller.KeyName}", cancellationToken)
            )
        );
    }

    private static double? SecondsOf(string? window)
    {
        if (string.IsNullOrEmpty(window))
        {
            return DefaultSeconds;
        }
        var unit = window[^1] switch
        {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            _ => 0,
        };
        return
            unit > 0
            && int.TryParse(
                window.AsSpan(0, window.Length - 1),
                System.Globalization.NumberStyles.None,
                System.Globalization.CultureInfo.InvariantCulture,
                out var number
            )
            ? (double)number * unit
            : null;
    }
}

/// <summary>Requests are counted from this moment on.</summary>
internal sealed record MetricsResetAnswer(DateTimeOffset ResetAt);
