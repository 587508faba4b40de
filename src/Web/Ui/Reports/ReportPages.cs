using Jobs.Kinds;
using Jobs.Kinds.Queries.Reports;
using Jobs.RateLimiting;
using Jobs.Web.Http;
using Jobs.Web.Http.RateLimits;

namespace Jobs.Web.Ui.Reports;

/// <summary>The reports, and one of them with its result.</summary>
internal static class ReportPages
{
    private const string ParameterField = "parameters.";

    public static void Map(IEndpointRouteBuilder reading)
    {
        reading.MapGet("/reports", ListAsync);
        reading.MapGet("/reports/{name}", OpenAsync).LimitBy(RateLimitPolicies.Query, atOnce: true);
    }

    private static async Task<IResult> ListAsync(
        HttpContext context,
        ReportCatalog catalog,
        ReportRunner runner,
        CancellationToken cancellationToken
    )
    {
        var allowed = await runner.AllowedAsync(
            context.GetCaller().TenantId,
            catalog.All,
            cancellationToken
        );
        return Page.Of<ReportsPage>(
            new
            {
                Reports = (IReadOnlyList<Report>)
                    [.. allowed.OrderBy(r => r.Title, StringComparer.OrdinalIgnoreCase)],
            }
        );
    }

    private static async Task<IResult> OpenAsync(
        HttpContext context,
        string name,
        ReportCatalog catalog,
        ReportRunner runner,
        CancellationToken cancellationToken
    )
    {
        var tenantId = context.GetCaller().TenantId;
        if (
            catalog.Get(name) is not { } report
            || await runner.AllowedAsync(tenantId, [report], cancellationToken) is []
        )
        {
            return Http.Problems.NotFound("report");
        }
        var form = ReportForm.Of(report, context.Request.Query);
        if (!form.IsSent)
        {
            return Page.Of<ReportPage>(new { Form = form });
        }
        try
        {
            var result = await runner.RunAsync(
                tenantId,
                report,
                form.Parameters,
                cancellationToken
            );
            return Page.Of<ReportPage>(new { Form = form, Result = result });
        }
        catch (ItemException e) when (e.Error.Code == ErrorCodes.InvalidItem)
        {
            return Page.Of<ReportPage>(
                new { Form = form with { Fault = FaultOf(e.Error.Message) } },
                StatusCodes.Status422UnprocessableEntity
            );
        }
        catch (ItemException e)
        {
            return Page.Of<ReportPage>(
                new { Form = form, Error = e.Error.Message },
                e.Error.Retryable
                    ? StatusCodes.Status503ServiceUnavailable
                    : StatusCodes.Status422UnprocessableEntity
            );
        }
    }

    // A message begins with its field.
    private static (string, string) FaultOf(string message)
    {
        var end = message.IndexOf(' ', StringComparison.Ordinal);
        return message.StartsWith(ParameterField, StringComparison.Ordinal)
            ? (message[ParameterField.Length..end], message[(end + 1)..])
            : ("", message);
    }
}
