using System.Diagnostics;
using Jobs.Batches;
using Jobs.Kinds;
using Jobs.Notifications.Webhooks;
using Jobs.RateLimiting;
using Jobs.Tenancy;
using Jobs.Web.Api.Submission;
using Jobs.Web.Http;
using Jobs.Web.Http.RateLimits;
using Microsoft.AspNetCore.Mvc;

namespace Jobs.Web.Api;

/// <summary>Up to 100 queries, answered in the response.</summary>
internal static class BatchQueriesApi
{
    // Queries of one request that are under way at once.
    private const int Concurrency = 4;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/batch/queries", AnswerAsync)
            .RequireScope(Scopes.Read)
            .LimitBy(RateLimitPolicies.Query, atOnce: true)
            .WithMetadata(new RequestSizeLimitAttribute(ApiLimits.JsonBytes))
            .Accepts<QueriesRequest>("application/json")
            .Produces<QueriesAnswer>()
            .ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity)
            .WithSummary("Answer up to 100 queries")
            .WithTags("Batches");

    private static async Task<IResult> AnswerAsync(
        HttpContext context,
        KindRegistry kinds,
        CallbackUrls callbacks,
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

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        var outcomes = new OutcomeAnswer[items.Count];
        await Parallel.ForAsync(
            0,
            items.Count,
            new ParallelOptions
            {
                MaxDegreeOfParallelism = Concurrency,
                CancellationToken = cancellationToken,
            },
            async (index, _) =>
                outcomes[index] = await AnswerOneAsync(
                    kind!.Handler,
                    caller.TenantId,
                    index,
                    items[index],
                    limit.Token
                )
        );
        cancellationToken.ThrowIfCancellationRequested();
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

    private static async ValueTask<OutcomeAnswer> AnswerOneAsync(
        IItemHandler handler,
        int tenantId,
        int index,
        QueryItem query,
        CancellationToken cancellationToken
    )
    {
        var watch = Stopwatch.StartNew();
        var outcome = query.Fault is { } fault
            ? ItemOutcome.Failure(fault)
            : await ExecuteAsync(
                handler,
                new Item(tenantId, Guid.Empty, index, 1, query.Payload),
                cancellationToken
            );
        return new OutcomeAnswer(
            index,
            query.CustomId,
            outcome.Error is null ? "succeeded" : "failed",
            Attempts: 1,
            Math.Round(watch.Elapsed.TotalMilliseconds, 3),
            ItemAnswer.Json(outcome.Result),
            outcome.Error is { } error ? ErrorAnswer.Of(error) : null
        );
    }

    // One bad query never spoils the rest; a database that is away spoils them all.
    private static async ValueTask<ItemOutcome> ExecuteAsync(
        IItemHandler handler,
        Item item,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await handler.HandleAsync(item, cancellationToken);
        }
        catch (ItemException e)
        {
            return ItemOutcome.Failure(e.Error);
        }
        catch (OperationCanceledException)
        {
            return ItemOutcome.Failure(
                new ItemError(
                    ErrorCodes.Timeout,
                    $"The request ran longer than its {Limit.TotalSeconds} s.",
                    true
                )
            );
        }
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
