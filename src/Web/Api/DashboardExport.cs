using System.Globalization;
using System.Text;
using System.Text.Json;
using Jobs.Batches;
using Jobs.Dashboard;
using Jobs.Kinds.Queries.Reports;
using Jobs.Web.Http;

namespace Jobs.Web.Api;

/// <summary>Batches that ended in a time, in the form that is asked for.</summary>
internal static class DashboardExport
{
    public const string Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    private const int FlushAfter = 32 * 1024;

    private static readonly (string Name, ReportType Type)[] Columns =
    [
        ("id", ReportType.Uuid),
        ("kind", ReportType.Text),
        ("priority", ReportType.Text),
        ("state", ReportType.Text),
        ("total", ReportType.WholeNumber),
        ("succeeded", ReportType.WholeNumber),
        ("failed", ReportType.WholeNumber),
        ("cancelled", ReportType.WholeNumber),
        ("submittedAt", ReportType.Timestamp),
        ("startedAt", ReportType.Timestamp),
        ("finishedAt", ReportType.Timestamp),
    ];

    public static async Task<IResult> ExportAsync(
        HttpContext context,
        ExportBody body,
        DashboardReader dashboard,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var to = body.To ?? time.GetUtcNow();
        var from = body.From ?? to - TimeSpan.FromDays(1);
        if (from >= to)
        {
            return Problems.Invalid("from", "must be before to");
        }
        if (body.Format is not ("json" or "csv" or "xlsx"))
        {
            return Problems.Invalid("format", "must be json, csv or xlsx");
        }
        var tenant = context.GetCaller().TenantId;
        var response = context.Response;
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentDisposition = $"attachment; filename=\"batches.{body.Format}\"";
        response.ContentType = body.Format switch
        {
            "csv" => "text/csv; charset=utf-8",
            "xlsx" => Xlsx,
            _ => "application/json; charset=utf-8",
        };
        var batches = dashboard.ExportAsync(tenant, from, to, cancellationToken);
        await (
            body.Format == "xlsx"
                ? ReportXlsx.WriteAsync(
                    response.Body,
                    [.. Columns.Select(c => new ReportColumn(c.Name, c.Type))],
                    batches.Select(Cells),
                    cancellationToken
                )
                : WriteAsync(response, batches, body.Format == "csv", cancellationToken)
        );
        return Results.Empty;
    }

    private static async Task WriteAsync(
        HttpResponse response,
        IAsyncEnumerable<EndedBatch> batches,
        bool isCsv,
        CancellationToken cancellationToken
    )
    {
        var text = new StringBuilder(
            isCsv ? string.Join(',', Columns.Select(c => c.Name)) + "\n" : "{\"items\":["
        );
        var first = true;
        await foreach (var batch in batches)
        {
            if (isCsv)
            {
                text.AppendJoin(',', Cells(batch).Select(CsvCell.Of)).Append('\n');
            }
            else
            {
                text.Append(first ? "" : ",")
                    .Append(JsonSerializer.Serialize(batch, ApiJson.Default.EndedBatch));
            }
            first = false;
            if (text.Length > FlushAfter)
            {
                await response.WriteAsync(text.ToString(), cancellationToken);
                text.Clear();
            }
        }
        text.Append(isCsv ? "" : "]}");
        await response.WriteAsync(text.ToString(), cancellationToken);
    }

    private static string?[] Cells(EndedBatch batch) =>
        [
            batch.Id.ToString(),
            batch.Kind,
            batch.Priority.ToName(),
            batch.State,
            Number(batch.Total),
            Number(batch.Succeeded),
            Number(batch.Failed),
            Number(batch.Cancelled),
            Time(batch.SubmittedAt),
            Time(batch.StartedAt),
            Time(batch.FinishedAt),
        ];

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string? Time(DateTimeOffset? at) =>
        at?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}

/// <summary>What is exported.</summary>
/// <param name="Format"><c>json</c>, <c>csv</c> or <c>xlsx</c>.</param>
/// <param name="From">A day before its end where it is not there.</param>
/// <param name="To">Now where it is not there.</param>
internal sealed record ExportBody(string? Format, DateTimeOffset? From, DateTimeOffset? To);
