using System.Diagnostics;
using Jobs.Batches;
using Jobs.Kinds;
using Jobs.Kinds.Queries;
using Jobs.Notifications.Webhooks;
using Jobs.RateLimiting;
using Jobs.Tenancy;
using Jobs.Web.Api.Submission;
using Jobs.Web.Http;
using Jobs.Web.Http.RateLimits;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace Jobs.Web.Api;

/// <summary>Up to 100 queries, answered in the response.</summary>
internal static class BatchQueriesApi
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/batch/queries", AnswerAsync)
            .RequireScope(Scopes.Read)
            .LimitBy(RateLimitPolicies.Query, atOnce: true)
            .WithMetadata(new RequestSizeLimitAttribute(ApiLimits.JsonBytes))
            .Accepts<QueriesRequest>("application/json")
            .Produces<QueriesAnswer>()
            .ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity)
            .WithSummary("Answer up to 100 queries")
            .WithDescription(
                "What is not answered in time (30 s unless configured otherwise) is an error that is `retryable`; the others are answered all the same."
            )
            .WithTags("Batches");

    private static async Task<IResult> AnswerAsync(
        HttpContext context,
        KindRegistry kinds,
        CallbackUrls callbacks,
        IOptions<SearchOptions> options,
        CancellationToken cancellationToken
    )
    {
        var watch = Stopwatch.StartNew();
        using var body = new BodyReader();
        var caller = context.GetCaller();
        var items = await ReadAsync(
            context,
            body,
            new DraftBuilder(kinds, caller, callbacks),
            cancellationToken
        );
        kinds.TryGet("query", out var kind);
        var outcomes = await ExecuteAsync(
            (IBulkHandler)kind!.Handler,
            caller.TenantId,
            items,
            options.Value.RequestTime,
            cancellationToken
        );
        var results = Array.FindAll(outcomes, o => o.Error is null);
        var errors = Array.FindAll(outcomes, o => o.Error is not null);
        var summary = new QueriesSummary(
            outcomes.Length,
            results.Length,
            errors.Length,
            Math.Round(watch.Elapsed.TotalMilliseconds, 2)
        );
        return Results.Ok(new QueriesAnswer(results, errors, summary));
    }

    private static async Task<List<QueryItem>> ReadAsync(
        HttpContext context,
        BodyReader body,
        DraftBuilder draft,
        CancellationToken cancellationToken
    )
    {
        draft.Use("query");
        var submission = new JsonSubmission(
            await body.ReadAsync(context.Request, cancellationToken),
            draft,
            "queries"
        );
        submission.ReadEnvelope(allowFields: false);
        draft.Build();
        var items = submission.Items().Select(QueryItem.Of).ToList();
        if (items.Count is 0 or > ApiLimits.SyncQueries)
        {
            throw new BatchRefusedException(
                "queries",
                $"must have 1 to {ApiLimits.SyncQueries} queries, not {items.Count}; send more to /api/v1/batch/queries/async"
            );
        }
        return items;
    }

    // One bad query never spoils the rest; a database that is away spoils them all.
    private static async Task<OutcomeAnswer[]> ExecuteAsync(
        IBulkHandler handler,
        int tenantId,
        List<QueryItem> queries,
        TimeSpan time,
        CancellationToken cancellationToken
    )
    {
        var watch = Stopwatch.StartNew();
        var outcomes = new OutcomeAnswer?[queries.Count];
        var places = new List<int>();
        foreach (var (place, query) in queries.Index())
        {
            if (query.Fault is { } fault)
            {
                Record(place, ItemOutcome.Failure(fault));
            }
            else
            {
                places.Add(place);
            }
        }
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(time);
        try
        {
            await handler.HandleAsync(
                [.. places.Select(p => new Item(tenantId, Guid.Empty, p, 1, queries[p].Payload))],
                (i, outcome) => Record(places[i], outcome),
                limit.Token
            );
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var late = new ItemError(
                ErrorCodes.Timeout,
                $"The request ran longer than its {time.TotalSeconds} s.",
                Retryable: true
            );
            foreach (var place in places.Where(p => outcomes[p] is null))
            {
                Record(place, ItemOutcome.Failure(late));
            }
        }
        return outcomes!;

        void Record(int place, ItemOutcome outcome) =>
            outcomes[place] = new OutcomeAnswer(
                place,
                queries[place].CustomId,
                outcome.Error is null ? "succeeded" : "failed",
                Attempts: 1,
                Math.Round(watch.Elapsed.TotalMilliseconds, 3),
                ItemAnswer.Json(outcome.Result),
                outcome.Error is { } error ? ErrorAnswer.Of(error) : null
            );
    }

    private sealed record QueryItem(
        ReadOnlyMemory<byte> Payload,
        string? CustomId,
        ItemError? Fault
    )
    {
        public static QueryItem Of(ReadOnlyMemory<byte> payload)
        {
            var error = ItemScanner.Scan(payload.Span, out var customId, out _);
            return new(
                payload,
                customId,
                error is { } e
                    ? new ItemError(ErrorCodes.InvalidItem, $"{e.Field} {e.Message}".Trim(), false)
                    : null
            );
        }
    }
}
