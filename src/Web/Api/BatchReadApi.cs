using System.Globalization;
using Jobs.Batches;
using Jobs.Tenancy;
using Jobs.Web.Http;

namespace Jobs.Web.Api;

/// <summary>Batches as they stand: list, status, items, failures.</summary>
internal static class BatchReadApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var jobs = api.MapGroup("/batch/jobs").RequireScope(Scopes.Read).WithTags("Batches");
        jobs.MapGet("", ListAsync).Produces<BatchList>().WithSummary("List batches, newest first");
        jobs.MapGet("/{id:guid}", GetAsync)
            .Produces<BatchStatus>()
            .Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status410Gone)
            .WithSummary("The status of a batch")
            .WithDescription(
                "`If-None-Match` answers 304; `Prefer: wait=30` holds the answer until it changes."
            );
        jobs.MapGet("/{id:guid}/items", ListItemsAsync)
            .Produces<ItemList>()
            .WithSummary("Items with their states");
        jobs.MapGet("/{id:guid}/errors", ListErrorsAsync)
            .Produces<ErrorList>()
            .WithSummary("Failures grouped by error code, with a sample of each");
    }

    /// <summary>The problem of a batch that cannot be shown; null when it can.</summary>
    public static IResult? Missing(BatchStatus? status) =>
        status switch
        {
            null => Problems.NotFound("batch"),
            { Purged: true } => Problems.Of(
                StatusCodes.Status410Gone,
                "Gone",
                "The batch was deleted or is past its retention."
            ),
            _ => null,
        };

    private static async Task<IResult> ListAsync(
        HttpContext context,
        BatchReader reader,
        string? state,
        string? kind,
        string? priority,
        int? limit,
        string? cursor,
        CancellationToken cancellationToken
    )
    {
        var errors = new List<BatchError>();
        if (state is not null && BatchStateExtensions.FromName(state) is null)
        {
            errors.Add(
                new(
                    "state",
                    "must be queued, running, paused, cancelling, completed, cancelled or expired"
                )
            );
        }
        if (
            priority is not null
            && !(Enum.TryParse<Priority>(priority, true, out var known) && Enum.IsDefined(known))
        )
        {
            errors.Add(new("priority", "must be high, normal or low"));
        }
        if (kind?.Contains('\0', StringComparison.Ordinal) == true)
        {
            errors.Add(new("kind", "must not contain the character U+0000"));
        }
        Guid before = default;
        if (cursor is not null && !Guid.TryParse(cursor, out before))
        {
            errors.Add(new("cursor", "must be a nextCursor of an earlier answer"));
        }
        CheckLimit(limit, errors);
        if (errors.Count > 0)
        {
            return Problems.Invalid(errors, errors.Count, malformed: false);
        }
        var most = limit ?? ApiLimits.ListDefault;
        var filter = new BatchFilter(
            BatchStateExtensions.FromName(state),
            kind,
            priority is null ? null : Enum.Parse<Priority>(priority, true),
            cursor is null ? null : before,
            most + 1
        );
        var batches = await reader.ListAsync(
            context.GetCaller().TenantId,
            filter,
            cancellationToken
        );
        // One more than asked for tells whether there is another page.
        return batches.Count > most
            ? Results.Ok(new BatchList([.. batches.Take(most)], batches[most - 1].Id.ToString()))
            : Results.Ok(new BatchList(batches, null));
    }

    private static async Task<IResult> GetAsync(
        Guid id,
        HttpContext context,
        BatchWaiter waiter,
        CancellationToken cancellationToken
    )
    {
        var known = context.Request.Headers.IfNoneMatch.ToString();
        var status = await waiter.ReadAsync(
            context.GetCaller().TenantId,
            id,
            known.Length > 0 ? known : null,
            BatchWaiter.WaitOf(context),
            cancellationToken
        );
        if (Missing(status) is { } problem)
        {
            return problem;
        }
        context.Response.Headers.ETag = status!.ETag;
        context.Response.Headers.CacheControl = "private, no-cache";
        if (!status.State.IsEnded())
        {
            // About when half of what is left is done, but not more often than progress can be seen.
            var seconds = Math.Clamp((status.EtaMs ?? 2_000) / 2_000, 1, 30);
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }
        return known == status.ETag
            ? Results.StatusCode(StatusCodes.Status304NotModified)
            : Results.Ok(status);
    }

    private static async Task<IResult> ListItemsAsync(
        Guid id,
        HttpContext context,
        BatchReader batches,
        ItemReader items,
        string? state,
        int? limit,
        string? cursor,
        CancellationToken cancellationToken
    )
    {
        var errors = new List<BatchError>();
        ItemState? wanted = null;
        if (state is not null)
        {
            if (Enum.TryParse<ItemState>(state, true, out var named) && Enum.IsDefined(named))
            {
                wanted = named;
            }
            else
            {
                errors.Add(
                    new("state", "must be pending, running, succeeded, failed or cancelled")
                );
            }
        }
        var from = 0;
        if (
            cursor is not null
            && !int.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out from)
        )
        {
            errors.Add(new("cursor", "must be a nextCursor of an earlier answer"));
        }
        CheckLimit(limit, errors);
        if (errors.Count > 0)
        {
            return Problems.Invalid(errors, errors.Count, malformed: false);
        }
        var tenant = context.GetCaller().TenantId;
        if (Missing(await batches.GetAsync(tenant, id, cancellationToken)) is { } problem)
        {
            return problem;
        }
        var most = limit ?? ApiLimits.ListDefault;
        var page = new List<ItemAnswer>();
        await foreach (var item in items.ReadAsync(tenant, id, from, wanted, cancellationToken))
        {
            if (page.Count == most)
            {
                return Results.Ok(
                    new ItemList(page, item.Index.ToString(CultureInfo.InvariantCulture))
                );
            }
            page.Add(ItemAnswer.Of(item));
        }
        return Results.Ok(new ItemList(page, null));
    }

    private static async Task<IResult> ListErrorsAsync(
        Guid id,
        HttpContext context,
        BatchReader batches,
        ItemReader items,
        CancellationToken cancellationToken
    )
    {
        var tenant = context.GetCaller().TenantId;
        if (Missing(await batches.GetAsync(tenant, id, cancellationToken)) is { } problem)
        {
            return problem;
        }
        var groups = await items.ReadErrorsAsync(tenant, id, cancellationToken);
        return Results.Ok(
            new ErrorList([
                .. groups.Select(g => new ErrorGroupAnswer(
                    g.Code,
                    g.Count,
                    ItemAnswer.Of(g.Sample)
                )),
            ])
        );
    }

    private static void CheckLimit(int? limit, List<BatchError> errors)
    {
        if (limit is < 1 or > ApiLimits.ListMost)
        {
            errors.Add(new("limit", $"must be from 1 to {ApiLimits.ListMost}"));
        }
    }
}
