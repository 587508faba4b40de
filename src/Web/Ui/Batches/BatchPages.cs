using Jobs.Batches;
using Jobs.Queues;
using Jobs.Web.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Jobs.Web.Ui.Batches;

/// <summary>The front page, a batch, and their parts.</summary>
internal static class BatchPages
{
    private const int BatchesOnPage = 20;
    private const int ItemsOnPage = 50;

    public static void Map(IEndpointRouteBuilder reading, IEndpointRouteBuilder steering)
    {
        reading.MapGet("/", FrontAsync);
        reading.MapGet("/ui/batches", ListAsync);
        reading.MapGet("/batches/{id:guid}", BatchAsync);
        reading.MapGet("/ui/batches/{id:guid}/status", StatusAsync);
        reading.MapGet("/ui/batches/{id:guid}/items", ItemsAsync);
        steering.MapPost("/batches/{id:guid}/cancel", CancelAsync);
        steering.MapPost("/batches/{id:guid}/pause", PauseAsync);
        steering.MapPost("/batches/{id:guid}/resume", ResumeAsync);
        steering.MapPost("/batches/{id:guid}/retry", RetryAsync);
    }

    private static async Task<IResult> FrontAsync(
        HttpContext context,
        Guid? before,
        BatchReader batches,
        PriorityPauses pauses,
        CancellationToken cancellationToken
    ) => Page.Of<FrontPage>(await ListOf(context, before, batches, pauses, cancellationToken));

    private static async Task<IResult> ListAsync(
        HttpContext context,
        Guid? before,
        BatchReader batches,
        PriorityPauses pauses,
        CancellationToken cancellationToken
    ) => Page.Of<BatchList>(await ListOf(context, before, batches, pauses, cancellationToken));

    private static async Task<object> ListOf(
        HttpContext context,
        Guid? before,
        BatchReader batches,
        PriorityPauses pauses,
        CancellationToken cancellationToken
    )
    {
        // One more than is shown tells whether there is another page.
        var found = await batches.ListAsync(
            context.GetCaller().TenantId,
            new BatchFilter(Before: before, Limit: BatchesOnPage + 1),
            cancellationToken
        );
        var shown = found.Take(BatchesOnPage).ToArray();
        return new
        {
            Batches = (IReadOnlyList<BatchStatus>)shown,
            Before = before,
            Next = found.Count > shown.Length ? shown[^1].Id : (Guid?)null,
            Paused = (IReadOnlyList<Priority>)
                [.. (await pauses.ListAsync(cancellationToken)).Select(p => p.Priority)],
        };
    }

    private static async Task<IResult> BatchAsync(
        HttpContext context,
        Guid id,
        string? state,
        int? from,
        BatchReader batches,
        ItemReader items,
        PayloadReader payloads,
        BatchRetry retry,
        PriorityPauses pauses,
        CancellationToken cancellationToken
    )
    {
        var batch = await batches.GetAsync(context.GetCaller().TenantId, id, cancellationToken);
        if (batch is null)
        {
            return Http.Problems.NotFound("batch");
        }
        var view = await ItemsOf(context, batch, state, from, items, payloads, cancellationToken);
        return Page.Of<BatchPage>(
            new
            {
                Batch = batch,
                Items = view,
                Retryable = await RetryableAsync(context, batch, retry, cancellationToken),
                PriorityPaused = await IsPausedAsync(batch, pauses, cancellationToken),
            },
            batch.Purged ? StatusCodes.Status410Gone : StatusCodes.Status200OK
        );
    }

    private static async Task<IResult> StatusAsync(
        HttpContext context,
        Guid id,
        BatchReader batches,
        BatchRetry retry,
        PriorityPauses pauses,
        CancellationToken cancellationToken
    ) =>
        await batches.GetAsync(context.GetCaller().TenantId, id, cancellationToken) is { } batch
            ? Page.Of<BatchProgress>(
                new
                {
                    Batch = batch,
                    Retryable = await RetryableAsync(context, batch, retry, cancellationToken),
                    PriorityPaused = await IsPausedAsync(batch, pauses, cancellationToken),
                }
            )
            : Http.Problems.NotFound("batch");

    private static async Task<bool> IsPausedAsync(
        BatchStatus batch,
        PriorityPauses pauses,
        CancellationToken cancellationToken
    ) =>
        batch.Counts.Pending > 0
        && (await pauses.ListAsync(cancellationToken)).Any(p => p.Priority == batch.Priority);

    // How many failures the button would retry; none while the batch is being cancelled.
    private static async Task<int> RetryableAsync(
        HttpContext context,
        BatchStatus batch,
        BatchRetry retry,
        CancellationToken cancellationToken
    ) =>
        batch.Counts.Failed == 0 || batch.Purged
            ? 0
            : (
                await retry.CountAsync(
                    context.GetCaller().TenantId,
                    batch.Id,
                    new RetryRequest(),
                    cancellationToken
                )
            ).Items;

    private static async Task<IResult> ItemsAsync(
        HttpContext context,
        Guid id,
        string? state,
        int? from,
        BatchReader batches,
        ItemReader items,
        PayloadReader payloads,
        CancellationToken cancellationToken
    )
    {
        var batch = await batches.GetAsync(context.GetCaller().TenantId, id, cancellationToken);
        if (batch is null)
        {
            return Http.Problems.NotFound("batch");
        }
        var view = await ItemsOf(context, batch, state, from, items, payloads, cancellationToken);
        return Page.Of<BatchItems>(new { Batch = batch, View = view });
    }

    private static Task<RedirectHttpResult> CancelAsync(
        HttpContext context,
        Guid id,
        BatchSteering steering,
        CancellationToken cancellationToken
    ) => SteerAsync(context, id, steering.CancelAsync, cancellationToken);

    private static Task<RedirectHttpResult> PauseAsync(
        HttpContext context,
        Guid id,
        BatchSteering steering,
        CancellationToken cancellationToken
    ) => SteerAsync(context, id, steering.PauseAsync, cancellationToken);

    private static Task<RedirectHttpResult> ResumeAsync(
        HttpContext context,
        Guid id,
        BatchSteering steering,
        CancellationToken cancellationToken
    ) => SteerAsync(context, id, steering.ResumeAsync, cancellationToken);

    private static async Task<RedirectHttpResult> SteerAsync(
        HttpContext context,
        Guid id,
        Func<int, Guid, CancellationToken, Task<SteerResult>> steer,
        CancellationToken cancellationToken
    )
    {
        // Whatever came of it, the batch's page says how it stands.
        await steer(context.GetCaller().TenantId, id, cancellationToken);
        return TypedResults.LocalRedirect($"/batches/{id}");
    }

    private static async Task<RedirectHttpResult> RetryAsync(
        HttpContext context,
        Guid id,
        BatchRetry retry,
        CancellationToken cancellationToken
    )
    {
        await retry.RetryAsync(
            context.GetCaller().TenantId,
            id,
            new RetryRequest(),
            cancellationToken
        );
        return TypedResults.LocalRedirect($"/batches/{id}");
    }

    private static async Task<ItemPageView> ItemsOf(
        HttpContext context,
        BatchStatus batch,
        string? state,
        int? from,
        ItemReader reader,
        PayloadReader payloads,
        CancellationToken cancellationToken
    )
    {
        var tenantId = context.GetCaller().TenantId;
        var first = Math.Max(0, from ?? 0);
        ItemState? wanted =
            Enum.TryParse<ItemState>(state, ignoreCase: true, out var known)
            && Enum.IsDefined(known)
                ? known
                : null;
        var found = await reader
            .ReadAsync(tenantId, batch.Id, first, wanted, cancellationToken)
            .Take(ItemsOnPage + 1)
            .ToListAsync(cancellationToken);
        var shown = found.Take(ItemsOnPage).ToArray();
        var submitted = await payloads.ReadAsync(
            tenantId,
            batch.Id,
            Array.ConvertAll(shown, i => i.Index),
            cancellationToken
        );
        var errors =
            batch.Counts.Failed == 0
                ? []
                : await reader.ReadErrorsAsync(tenantId, batch.Id, cancellationToken);
        return new ItemPageView(
            Array.ConvertAll(
                shown,
                i => ItemView.Of(batch.Kind, i, submitted.GetValueOrDefault(i.Index))
            ),
            wanted,
            first,
            found.Count > shown.Length ? found[^1].Index : null,
            errors
        );
    }
}
