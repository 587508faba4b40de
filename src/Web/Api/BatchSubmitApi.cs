using Jobs.Batches;
using Jobs.Features;
using Jobs.Kinds;
using Jobs.Notifications.Webhooks;
using Jobs.Tenancy;
using Jobs.Web.Api.Submission;
using Jobs.Web.Http;
using Jobs.Web.Http.Features;
using Jobs.Web.Http.Idempotency;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Jobs.Web.Api;

/// <summary>Submission of batches as JSON and NDJSON.</summary>
internal static class BatchSubmitApi
{
    private const string Ndjson = "application/x-ndjson";
    private const string Json = "application/json";

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/batch/jobs", SubmitAsync)
            .RequireScope(Scopes.Submit)
            .RequireFeature(FeatureNames.Batch)
            .WithMetadata(new RequestSizeLimitAttribute(ApiLimits.NdjsonBytes))
            .Accepts<SubmitRequest>(Json, Ndjson)
            .Produces<BatchStatus>(StatusCodes.Status202Accepted)
            .ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity)
            .WithSummary("Submit a batch of any kind")
            .WithDescription(
                "JSON, or NDJSON with an item a line, streamed, and the rest as query parameters."
            )
            .WithTags("Batches");
        api.MapPost("/batch/queries/async", SubmitQueriesAsync)
            .RequireScope(Scopes.Submit)
            .RequireFeature(FeatureNames.Batch)
            .WithMetadata(new RequestSizeLimitAttribute(ApiLimits.JsonBytes))
            .Accepts<QueriesRequest>(Json)
            .Produces<BatchStatus>(StatusCodes.Status202Accepted)
            .ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity)
            .WithSummary("Submit queries as a batch")
            .WithTags("Batches");
    }

    private static async Task<IResult> SubmitAsync(
        HttpContext context,
        BatchSubmitter submitter,
        KindRegistry kinds,
        CallbackUrls callbacks,
        CancellationToken cancellationToken
    )
    {
        var draft = new DraftBuilder(kinds, context.GetCaller(), callbacks);
        return MediaType(context.Request) switch
        {
            Ndjson => await SubmitLinesAsync(context, submitter, draft, cancellationToken),
            Json => await SubmitObjectAsync(context, submitter, draft, "items", cancellationToken),
            _ => Results.StatusCode(StatusCodes.Status415UnsupportedMediaType),
        };
    }

    private static Task<IResult> SubmitQueriesAsync(
        HttpContext context,
        BatchSubmitter submitter,
        KindRegistry kinds,
        CallbackUrls callbacks,
        CancellationToken cancellationToken
    )
    {
        if (MediaType(context.Request) != Json)
        {
            return Task.FromResult(Results.StatusCode(StatusCodes.Status415UnsupportedMediaType));
        }
        var draft = new DraftBuilder(kinds, context.GetCaller(), callbacks);
        draft.Use("query");
        return SubmitObjectAsync(context, submitter, draft, "queries", cancellationToken);
    }

    private static async Task<IResult> SubmitObjectAsync(
        HttpContext context,
        BatchSubmitter submitter,
        DraftBuilder draft,
        string itemsField,
        CancellationToken cancellationToken
    )
    {
        using var reader = new BodyReader();
        var submission = new JsonSubmission(
            await reader.ReadAsync(context.Request, cancellationToken),
            draft,
            itemsField
        );
        submission.ReadEnvelope();
        await using var batch = submitter.Begin(draft.Build(), itemsField);
        foreach (var item in submission.Items())
        {
            await batch.AddAsync(item, cancellationToken);
        }
        return await context.AcceptAsync(batch, status => status, null, cancellationToken);
    }

    private static async Task<IResult> SubmitLinesAsync(
        HttpContext context,
        BatchSubmitter submitter,
        DraftBuilder draft,
        CancellationToken cancellationToken
    )
    {
        foreach (var (name, values) in context.Request.Query)
        {
            var value = FieldValue.OfQuery(values.ToString());
            if (name.StartsWith("metadata.", StringComparison.Ordinal))
            {
                draft.SetMetadata(name["metadata.".Length..], value);
            }
            else if (!draft.TrySet(name, value) && !draft.TrySetOption(name, name, value))
            {
                draft.Refuse(name, "is not a field of a batch");
            }
        }
        // While it streams it holds a connection and a transaction: who sends slower than this is sent away.
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = new Microsoft.AspNetCore.Server.Kestrel.Core.MinDataRate(
                ApiLimits.NdjsonBytesPerSecond,
                TimeSpan.FromSeconds(10)
            );
        }
        await using var batch = submitter.Begin(draft.Build());
        await NdjsonSubmission.ReadAsync(context.Request.BodyReader, batch, cancellationToken);
        return await context.AcceptAsync(batch, status => status, null, cancellationToken);
    }

    private static string? MediaType(HttpRequest request) =>
        Microsoft.Net.Http.Headers.MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            ? type.MediaType.Value?.ToLowerInvariant()
            : null;
}
