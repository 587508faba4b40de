using Jobs.Batches;
using Jobs.Tenancy;
using Jobs.Web.Http;

namespace Jobs.Web.Api;

/// <summary>The outcomes of a batch as a stream.</summary>
internal static class BatchResultsApi
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/batch/jobs/{id:guid}/results", GetAsync)
            .RequireScope(Scopes.Read)
            .Produces<OutcomeAnswer>(
                StatusCodes.Status200OK,
                "application/x-ndjson",
                "application/json",
                "text/csv"
            )
            .ProducesProblem(StatusCodes.Status406NotAcceptable)
            .WithSummary("Every outcome so far, in item order")
            .WithDescription(
                "NDJSON by default; JSON or CSV by `Accept`, or by `format=json|csv|ndjson`."
            )
            .WithTags("Batches");

    private static async Task<IResult> GetAsync(
        Guid id,
        HttpContext context,
        BatchReader batches,
        ItemReader items,
        string? status,
        string? format,
        CancellationToken cancellationToken
    )
    {
        ItemState? wanted = status switch
        {
            "succeeded" => ItemState.Succeeded,
            "failed" => ItemState.Failed,
            "cancelled" => ItemState.Cancelled,
            _ => null,
        };
        if (status is not null && wanted is null)
        {
            return Problems.Invalid("status", "must be succeeded, failed or cancelled");
        }
        if (Format(context.Request, format) is not { } chosen)
        {
            return format is not null
                ? Problems.Invalid("format", "must be ndjson, json or csv")
                : Problems.Of(
                    StatusCodes.Status406NotAcceptable,
                    "Not acceptable",
                    "Results are application/x-ndjson, application/json or text/csv."
                );
        }
        var tenant = context.GetCaller().TenantId;
        var batch = await batches.GetAsync(tenant, id, cancellationToken);
        if (BatchReadApi.Missing(batch) is { } problem)
        {
            return problem;
        }
        var etag = $"W/\"{batch!.Version}-{chosen}-{status}\"";
        context.Response.Headers.ETag = etag;
        context.Response.Headers.Vary = "Accept";
        context.Response.Headers.CacheControl = "private, no-cache";
        if (context.Request.Headers.IfNoneMatch == etag)
        {
            return Results.StatusCode(StatusCodes.Status304NotModified);
        }
        if (format is not null)
        {
            context.Response.Headers.ContentDisposition =
                $"attachment; filename=\"results-{id}.{format}\"";
        }
        await OutcomeWriter.WriteAsync(
            context.Response,
            chosen,
            items.ReadAsync(tenant, id, 0, wanted, cancellationToken),
            cancellationToken
        );
        return Results.Empty;
    }

    private static OutcomeFormat? Format(HttpRequest request, string? named)
    {
        if (named is not null)
        {
            return named switch
            {
                "ndjson" => OutcomeFormat.Ndjson,
                "json" => OutcomeFormat.Json,
                "csv" => OutcomeFormat.Csv,
                _ => null,
            };
        }
        var accepted = request.GetTypedHeaders().Accept;
        if (accepted.Count == 0)
        {
            return OutcomeFormat.Ndjson;
        }
        foreach (var type in accepted.OrderByDescending(a => a.Quality ?? 1))
        {
            switch (type.MediaType.Value?.ToLowerInvariant())
            {
                case "application/x-ndjson" or "*/*" or "application/*":
                    return OutcomeFormat.Ndjson;
                case "application/json":
                    return OutcomeFormat.Json;
                case "text/csv" or "text/*":
                    return OutcomeFormat.Csv;
            }
        }
        return null;
    }
}
