using System.Globalization;
using System.Text;
using System.Text.Json;
using Jobs.Auditing;
using Jobs.Tenancy;
using Jobs.Web.Http;

namespace Jobs.Web.Api;

/// <summary>Who did what, for administrators.</summary>
internal static class SystemAuditApi
{
    private const string Head =
        "id,at,tenant,actor,keyId,action,target,outcome,status,count,address,requestId,detail\n";

    private const int FlushAfter = 32 * 1024;

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/system/audit", ListAsync)
            .RequireScope(Scopes.Admin)
            .Produces<AuditList>()
            .Produces(
                StatusCodes.Status200OK,
                contentType: "application/x-ndjson",
                additionalContentTypes: "text/csv"
            )
            .ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity)
            .WithSummary("Who did what to what, from where, newest first")
            .WithDescription(
                "Filters: `actor` (the name of a key), `action`, `tenant`, `from`, `to`. `format=csv|ndjson` is all that match, as a stream. Refused calls and reads are counted: `count` says how many an entry stands for."
            )
            .WithTags("System");

    private static async Task<IResult> ListAsync(
        HttpContext context,
        AuditTrail trail,
        string? actor,
        string? action,
        string? tenant,
        DateTimeOffset? from,
        DateTimeOffset? to,
        int? limit,
        string? cursor,
        string? format,
        CancellationToken cancellationToken
    )
    {
        long before = 0;
        if (
            cursor is not null
            && !long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out before)
        )
        {
            return Problems.Invalid("cursor", "must be a nextCursor of an earlier answer");
        }
        if (limit is < 1 or > ApiLimits.ListMost)
        {
            return Problems.Invalid("limit", $"must be 1 to {ApiLimits.ListMost}");
        }
        if (from >= to)
        {
            return Problems.Invalid("to", "must be after from");
        }
        if (format is not (null or "json" or "csv" or "ndjson"))
        {
            return Problems.Invalid("format", "must be json, csv or ndjson");
        }
        if (new[] { actor, action, tenant }.Any(f => f?.Contains('\0') == true))
        {
            return Problems.Invalid("actor", "must not hold NUL, nor may action and tenant");
        }
        var filter = new AuditFilter(actor, action, tenant, from, to);
        if (format is "csv" or "ndjson")
        {
            var entries = trail.ReadAsync(
                filter,
                cursor is null ? null : before,
                limit,
                cancellationToken
            );
            await ExportAsync(context.Response, entries, format == "csv", cancellationToken);
            return Results.Empty;
        }
        var most = limit ?? ApiLimits.ListDefault;
        var found = await trail
            .ReadAsync(filter, cursor is null ? null : before, most + 1, cancellationToken)
            .ToListAsync(cancellationToken);
        var shown = found.Take(most).ToArray();
        return Results.Ok(
            new AuditList(
                shown,
                found.Count > most ? shown[^1].Id.ToString(CultureInfo.InvariantCulture) : null
            )
        );
    }

    private static async Task ExportAsync(
        HttpResponse response,
        IAsyncEnumerable<AuditEntry> entries,
        bool isCsv,
        CancellationToken cancellationToken
    )
    {
        var extension = isCsv ? "csv" : "ndjson";
        response.ContentType = isCsv ? "text/csv; charset=utf-8" : "application/x-ndjson";
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentDisposition = $"attachment; filename=\"audit.{extension}\"";
        var text = new StringBuilder(isCsv ? Head : "");
        await foreach (var entry in entries)
        {
            text.Append(
                isCsv ? Line(entry) : JsonSerializer.Serialize(entry, ApiJson.Default.AuditEntry)
            );
            text.Append('\n');
            if (text.Length > FlushAfter)
            {
                await response.WriteAsync(text.ToString(), cancellationToken);
                text.Clear();
            }
        }
        await response.WriteAsync(text.ToString(), cancellationToken);
    }

    private static string Line(AuditEntry entry) =>
        string.Join(
            ',',
            entry.Id.ToString(CultureInfo.InvariantCulture),
            entry.At.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            CsvCell.Of(entry.Tenant),
            CsvCell.Of(entry.Actor),
            entry.KeyId?.ToString(),
            CsvCell.Of(entry.Action),
            CsvCell.Of(entry.Target),
            entry.Outcome.ToString().ToLowerInvariant(),
            entry.Status?.ToString(CultureInfo.InvariantCulture),
            entry.Count.ToString(CultureInfo.InvariantCulture),
            CsvCell.Of(entry.Address),
            CsvCell.Of(entry.RequestId),
            CsvCell.Of(entry.Detail?.GetRawText())
        );
}

/// <summary>Entries of the audit, and where the next ones begin.</summary>
internal sealed record AuditList(IReadOnlyList<AuditEntry> Items, string? NextCursor);
