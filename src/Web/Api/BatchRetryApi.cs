using Jobs.Batches;
using Jobs.Tenancy;
using Jobs.Web.Http;

namespace Jobs.Web.Api;

/// <summary>Executes items of a batch again.</summary>
internal static class BatchRetryApi
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/batch/jobs/{id:guid}/retry", RetryAsync)
            .RequireScope(Scopes.Submit)
            .Produces<RetryAnswer>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity)
            .WithSummary("Execute failed or cancelled items again")
            .WithDescription(
                "In place, as further attempts, all or nothing; `maxAttempts` counts anew. `dryRun` only says how many. "
                    + "A batch that had finished runs again."
            )
            .WithTags("Batches");

    private static async Task<IResult> RetryAsync(
        Guid id,
        RetryBody? body,
        HttpContext context,
        BatchRetry retry,
        BatchReader reader,
        CancellationToken cancellationToken
    )
    {
        ItemState? named = body?.Status switch
        {
            null or "failed" => ItemState.Failed,
            "cancelled" => ItemState.Cancelled,
            _ => null,
        };
        if (named is not { } status)
        {
            return Problems.Invalid("status", "must be failed or cancelled");
        }
        if (body?.ErrorCode is { } code)
        {
            if (status == ItemState.Cancelled)
            {
                return Problems.Invalid(
                    "errorCode",
                    "is of failed items; cancelled ones have none"
                );
            }
            if (code.Contains('\0', StringComparison.Ordinal))
            {
                return Problems.Invalid("errorCode", "must not contain the character U+0000");
            }
        }
        var tenant = context.GetCaller().TenantId;
        var request = new RetryRequest(status, body?.ErrorCode);
        var retried =
            body?.DryRun == true
                ? await retry.CountAsync(tenant, id, request, cancellationToken)
                : await retry.RetryAsync(tenant, id, request, cancellationToken);
        var batch = await reader.GetAsync(tenant, id, cancellationToken);
        if (BatchReadApi.Missing(batch) is { } problem)
        {
            return problem;
        }
        return retried.Result == SteerResult.Done
            ? Results.Accepted(batch!.Links.Self, new RetryAnswer(batch, retried.Items))
            : Problems.Of(
                StatusCodes.Status409Conflict,
                "Not in this state",
                batch!.State == BatchState.Cancelling
                    ? "The batch is being cancelled; retry when that has ended."
                    : "The time of keeping of the batch is over."
            );
    }
}
