using Jobs.Batches;
using Jobs.Engine;
using Jobs.Tenancy;
using Jobs.Web.Http;

namespace Jobs.Web.Api;

/// <summary>Who works.</summary>
internal static class WorkersApi
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/workers", ListAsync)
            .RequireScope(Scopes.Read)
            .Produces<WorkerList>()
            .WithSummary("The workers, with what they serve and hold")
            .WithDescription(
                "One that stopped in good order is not there; one that died is, not `alive`, until another has taken over what it held."
            )
            .WithTags("Workers");

    private static async Task<IResult> ListAsync(
        WorkerReader workers,
        CancellationToken cancellationToken
    ) =>
        Results.Ok(
            new WorkerList([
                .. (await workers.ListAsync(cancellationToken)).Select(WorkerAnswer.Of),
            ])
        );
}

internal sealed record WorkerList(IReadOnlyList<WorkerAnswer> Items);

/// <summary>A process that leases chunks.</summary>
/// <param name="Slots">Chunks that it executes at once.</param>
/// <param name="RunningChunks">Chunks that it holds, of all tenants.</param>
/// <param name="State"><c>active</c>, or <c>stopping</c>: it takes nothing more.</param>
/// <param name="Alive">Whether its leases hold.</param>
internal sealed record WorkerAnswer(
    Guid Id,
    string Host,
    int ProcessId,
    string Version,
    int Slots,
    int RunningChunks,
    int RunningItems,
    IReadOnlyList<string> Kinds,
    IReadOnlyList<Priority> Priorities,
    string State,
    bool Alive,
    DateTimeOffset StartedAt,
    DateTimeOffset HeartbeatAt,
    long HeartbeatAgeMs
)
{
    public static WorkerAnswer Of(WorkerStatus worker) =>
        new(
            worker.Id,
            worker.Host,
            worker.ProcessId,
            worker.Version,
            worker.Slots,
            worker.RunningChunks,
            worker.RunningItems,
            worker.Kinds,
            worker.Priorities,
            worker.State,
            worker.IsAlive,
            worker.StartedAt,
            worker.HeartbeatAt,
            (long)worker.HeartbeatAge.TotalMilliseconds
        );
}
