using System.Globalization;
using System.Text.Json;
using Jobs.Caching;
using Jobs.Kinds;
using Jobs.Kinds.Queries.Reports;
using Jobs.Tenancy;
using Jobs.Web.Http;
using Jobs.Web.Http.Caching;

namespace Jobs.Web.Api;

/// <summary>Named, read-only SQL reports.</summary>
internal static class ReportsApi
{
    private const string Csv = "text/csv";
    private const string Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    public static void Map(IEndpointRouteBuilder api)
    {
        var reports = api.MapGroup("/reports").WithTags("Reports");
        reports
            .MapGet("", ListAsync)
            .RequireScope(Scopes.Read)
            .CacheResponse(
                CacheNamespaces.ApiResponse,
                ttl: null,
                stale: null,
                version: services => services.GetRequiredService<ReportCatalog>().Version
            )
            .Produces<ReportList>()
            .WithSummary("The reports, with their parameters");
        reports
            .MapPost("/reload", ReloadAsync)
            .RequireScope(Scopes.Admin)
            .Produces<ReportList>()
            .WithSummary("Read the files of the reports again")
            .WithDescription(
                "In the process that answers. `faults` names the files that are no reports, with the reason."
            );
        reports
            .MapGet("/{name}/result", RunAsync)
            .RequireScope(Scopes.Read)
            .Produces(StatusCodes.Status200OK, contentType: "application/json")
            .Produces(StatusCodes.Status200OK, contentType: Csv)
            .Produces(StatusCodes.Status200OK, contentType: Xlsx)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithSummary("Run a report")
            .WithDescription(
                "Its parameters are those of the URL; `format` is `json` (the default), `csv` or `xlsx`. A result that was cut carries `X-Truncated: true`."
            );
    }

    private static async Task<IResult> ListAsync(
        HttpContext context,
        ReportCatalog catalog,
        ReportRunner runner,
        CancellationToken cancellationToken
    ) => Results.Ok(await ListOfAsync(context, catalog, runner, null, cancellationToken));

    private static async Task<IResult> ReloadAsync(
        HttpContext context,
        ReportCatalog catalog,
        ReportRunner runner,
        CancellationToken cancellationToken
    )
    {
        catalog.Reload();
        return Results.Ok(
            await ListOfAsync(context, catalog, runner, catalog.Faults, cancellationToken)
        );
    }

    private static async Task<ReportList> ListOfAsync(
        HttpContext context,
        ReportCatalog catalog,
        ReportRunner runner,
        IReadOnlyDictionary<string, string>? faults,
        CancellationToken ct
    ) =>
        new(
            [
                .. (await runner.AllowedAsync(context.GetCaller().TenantId, catalog.All, ct))
                    .OrderBy(r => r.Name, StringComparer.Ordinal)
                    .Select(ReportAnswer.Of),
            ],
            faults
        );

    private static async Task<IResult> RunAsync(
        string name,
        string? format,
        HttpContext context,
        ReportCatalog catalog,
        ReportRunner runner,
        CancellationToken cancellationToken
    )
    {
        if (format is not (null or "json" or "csv" or "xlsx"))
        {
            return Problems.Invalid("format", "must be json, csv or xlsx");
        }
        if (catalog.Get(name) is not { } report)
        {
            return Problems.NotFound("report");
        }
        if (context.Request.Query.FirstOrDefault(p => p.Value.Count > 1) is { Key: { } twice })
        {
            return Problems.Invalid(twice, "must be given once");
        }
        try
        {
            var result = await runner.RunAsync(
                context.GetCaller().TenantId,
                report,
                Parameters(context.Request.Query),
                cancellationToken
            );
            if (result.Truncated)
            {
                context.Response.Headers["X-Truncated"] = "true";
            }
            return format switch
            {
                "csv" => Results.File(
                    ReportCsv.Write(result),
                    $"{Csv}; charset=utf-8",
                    $"{name}.csv"
                ),
                "xlsx" => Results.Stream(
                    file =>
                        ReportXlsx.WriteAsync(
                            file,
                            result.Columns,
                            result.Rows.ToAsyncEnumerable(),
                            cancellationToken
                        ),
                    Xlsx,
                    $"{name}.xlsx"
                ),
                _ => Results.Bytes(ReportJson.Write(result), "application/json; charset=utf-8"),
            };
        }
        catch (ItemException e)
        {
            return Problem(context, e.Error);
        }
    }

    private static JsonElement Parameters(IQueryCollection query) =>
        JsonSerializer.SerializeToElement(
            query
                .Where(p => p.Key != Report.Format)
                .ToDictionary(p => p.Key, p => p.Value.ToString(), StringComparer.Ordinal),
            ApiJson.Default.DictionaryStringString
        );

    private static IResult Problem(HttpContext context, ItemError error)
    {
        switch (error.Code)
        {
            case ReportErrors.UnknownReport:
                return Problems.NotFound("report");
            case ErrorCodes.InvalidItem:
                var (field, rule) = error.Message.Split(' ', 2) is [var f, var r]
                    ? (f, r)
                    : ("$", error.Message);
                return Problems.Invalid(
                    field.StartsWith("parameters.", StringComparison.Ordinal)
                        ? field["parameters.".Length..]
                        : field,
                    rule
                );
            case ErrorCodes.Timeout or ErrorCodes.Unavailable:
                context.Response.Headers.RetryAfter = Math.Ceiling(
                        (error.RetryAfter ?? TimeSpan.FromSeconds(5)).TotalSeconds
                    )
                    .ToString(CultureInfo.InvariantCulture);
                return Problems.Of(
                    StatusCodes.Status503ServiceUnavailable,
                    "The report has no result now",
                    error.Message
                );
            default:
                return Problems.Of(
                    StatusCodes.Status422UnprocessableEntity,
                    "The report was refused",
                    error.Message
                );
        }
    }
}

/// <summary>The reports that the caller may run.</summary>
/// <param name="Faults">Files that are no reports, with the reason; only in the answer to a reload.</param>
internal sealed record ReportList(
    IReadOnlyList<ReportAnswer> Items,
    [property: System.Text.Json.Serialization.JsonIgnore(
        Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull
    )]
        IReadOnlyDictionary<string, string>? Faults
);

internal sealed record ReportAnswer(
    string Name,
    string Title,
    string? Description,
    string Source,
    double TimeoutMs,
    int RowLimit,
    IReadOnlyList<ReportParameterAnswer> Parameters
)
{
    public static ReportAnswer Of(Report report) =>
        new(
            report.Name,
            report.Title,
            report.Description,
            report.Source,
            report.Timeout.TotalMilliseconds,
            report.RowLimit,
            [.. report.Parameters.Select(ReportParameterAnswer.Of)]
        );
}

internal sealed record ReportParameterAnswer(
    string Name,
    string Type,
    bool Required,
    string? Default,
    string? Min,
    string? Max,
    IReadOnlyList<string> Values,
    string? Description
)
{
    public static ReportParameterAnswer Of(ReportParameter parameter) =>
        new(
            parameter.Name,
            ReportJson.NameOf(parameter.Type),
            parameter.Required,
            parameter.Default,
            parameter.Min,
            parameter.Max,
            parameter.Values,
            parameter.Description
        );
}
