using Jobs.Batches;
using Jobs.Tenancy;
using Jobs.Web.Http;

namespace Jobs.Web.Api;

/// <summary>What changes the course of a batch.</summary>
internal static class BatchSteerApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var jobs = api.MapGroup("/batch/jobs/{id:guid}")
            .RequireScope(Scopes.Submit)
            .WithTags("Batches");
        jobs.MapPost("/cancel", CancelAsync)
            .Produces<BatchStatus>(StatusCodes.Status202Accepted)
            .Produces<BatchStatus>()
            .ProducesProblem(StatusCodes.Status409Conflict)
            .WithSummary("Cancel a batch")
            .WithDescription(
                "What has not started ends cancelled at once; running items are told to stop."
            );
        jobs.MapPost("/pause", PauseAsync)
            .Produces<BatchStatus>(StatusCodes.Status202Accepted)
            .Produces<BatchStatus>()
            .ProducesProblem(StatusCodes.Status409Conflict)
            .WithSummary("Pause a batch")
            .WithDescription(
                "What workers hold runs on to its end; nothing more starts until the batch is resumed."
            );
        jobs.MapPost("/resume", ResumeAsync)
            .Produces<BatchStatus>(StatusCodes.Status202Accepted)
            .Produces<BatchStatus>()
            .ProducesProblem(StatusCodes.Status409Conflict)
            .WithSummary("Resume a paused batch");
        jobs.MapDelete("", DeleteAsync)
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .WithSummary("Delete a finished batch and all that belongs to it");
    }

    private static Task<IResult> CancelAsync(
        Guid id,
        HttpContext context,
        BatchSteering steering,
        BatchReader reader,
        CancellationToken cancellationToken
    ) => SteerAsync(id, steering.CancelAsync, "cancelled", context, reader, cancellationToken);

    private static Task<IResult> PauseAsync(
        Guid id,
        HttpContext context,
        BatchSteering steering,
        BatchReader reader,
        CancellationToken cancellationToken
    ) => SteerAsync(id, steering.PauseAsync, "paused", context, reader, cancellationToken);

    private static Task<IResult> ResumeAsync(
        Guid id,
        HttpContext context,
        BatchSteering steering,
        BatchReader reader,
        CancellationToken cancellationToken
    ) => SteerAsync(id, steering.ResumeAsync, "resumed", context, reader, cancellationToken);

    private static async Task<IResult> SteerAsync(
        Guid id,
        Func<int, Guid, CancellationToken, Task<SteerResult>> steer,
        string steered,
        HttpContext context,
        BatchReader reader,
        CancellationToken cancellationToken
    )
    {
        var tenant = context.GetCaller().TenantId;
        var result = await steer(tenant, id, cancellationToken);
        var status = await reader.GetAsync(tenant, id, cancellationToken);
        if (BatchReadApi.Missing(status) is { } problem)
        {
            return problem;
        }
        return result switch
        {
            SteerResult.Done => Results.Accepted(status!.Links.Self, status),
            SteerResult.Already => Results.Ok(status),
            _ => Problems.Of(
                StatusCodes.Status409Conflict,
                "Not in this state",
                $"The batch is {status!.State.ToName()}; it cannot be {steered}."
            ),
        };
    }

    private static async Task<IResult> DeleteAsync(
        Guid id,
        HttpContext context,
        BatchSteering steering,
        BatchReader reader,
        CancellationToken cancellationToken
    )
    {
        var tenant = context.GetCaller().TenantId;
        if (
            BatchReadApi.Missing(await reader.GetAsync(tenant, id, cancellationToken)) is
            { } problem
        )
        {
            return problem;
        }
        return await steering.DeleteAsync(tenant, id, cancellationToken) == SteerResult.Done
            ? Results.NoContent()
            : Problems.Of(
                StatusCodes.Status409Conflict,
                "Not in this state",
                "The batch has not finished. Cancel it first."
            );
    }
}
