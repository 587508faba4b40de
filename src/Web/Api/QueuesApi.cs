using System.Text.Json.Serialization;
using Jobs.Batches;
using Jobs.Queues;
using Jobs.Tenancy;
using Jobs.Web.Http;

namespace Jobs.Web.Api;

/// <summary>What waits, by priority and kind; and priorities that administrators pause.</summary>
internal static class QueuesApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var queues = api.MapGroup("/queues").WithTags("Queues");
        queues
            .MapGet("", ListAsync)
            .RequireScope(Scopes.Read)
            .Produces<QueueList>()
            .WithSummary("Items that wait, run and failed, by priority and kind")
            .WithDescription(
                "Of the tenant of the key; of all tenants for a key with the scope `admin`. At most a second old."
            );
        queues
            .MapPost("/{priority}/pause", PauseAsync)
            .RequireScope(Scopes.Admin)
            .Produces<PriorityAnswer>(StatusCodes.Status202Accepted)
            .Produces<PriorityAnswer>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Pause a priority of all tenants")
            .WithDescription("What workers hold runs on to its end; nothing more starts.");
        queues
            .MapPost("/{priority}/resume", ResumeAsync)
            .RequireScope(Scopes.Admin)
            .Produces<PriorityAnswer>(StatusCodes.Status202Accepted)
            .Produces<PriorityAnswer>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Resume a priority");
    }

    private static async Task<IResult> ListAsync(
        HttpContext context,
        QueueReader queues,
        PriorityPauses pauses,
        CancellationToken cancellationToken
    )
    {
        var caller = context.GetCaller();
        var isAdmin = caller.May(Scopes.Admin);
        var counts = await queues.ReadAsync(isAdmin ? null : caller.TenantId, cancellationToken);
        var paused = await pauses.ListAsync(cancellationToken);
        return Results.Ok(
            new QueueList(
                [
                    .. counts.Select(c =>
                        QueueAnswer.Of(c, paused.Any(p => p.Priority == c.Priority))
                    ),
                ],
                [.. PriorityExtensions.All.Select(p => PriorityAnswer.Of(p, paused, isAdmin))]
            )
        );
    }

    private static async Task<IResult> PauseAsync(
        string priority,
        HttpContext context,
        PriorityPauses pauses,
        CancellationToken cancellationToken
    )
    {
        if (PriorityExtensions.FromName(priority) is not { } known)
        {
            return Problems.NotFound("priority");
        }
        var caller = context.GetCaller();
        var done = await pauses.PauseAsync(
            known,
            $"{caller.Tenant} / {caller.KeyName}",
            cancellationToken
        );
        return await AnswerAsync(known, done, pauses, cancellationToken);
    }

    private static async Task<IResult> ResumeAsync(
        string priority,
        PriorityPauses pauses,
        CancellationToken cancellationToken
    ) =>
        PriorityExtensions.FromName(priority) is { } known
            ? await AnswerAsync(
                known,
                await pauses.ResumeAsync(known, cancellationToken),
                pauses,
                cancellationToken
            )
            : Problems.NotFound("priority");

    private static async Task<IResult> AnswerAsync(
        Priority priority,
        bool done,
        PriorityPauses pauses,
        CancellationToken cancellationToken
    )
    {
        var answer = PriorityAnswer.Of(
            priority,
            await pauses.ListAsync(cancellationToken),
            isAdmin: true
        );
        return done ? Results.Accepted("/api/v1/queues", answer) : Results.Ok(answer);
    }
}

/// <summary>The queues that are not empty, and the priorities with whether they are paused.</summary>
internal sealed record QueueList(
    IReadOnlyList<QueueAnswer> Items,
    IReadOnlyList<PriorityAnswer> Priorities
);

/// <summary>Numbers of items.</summary>
/// <param name="Scheduled">Start at a time.</param>
/// <param name="Held">Of batches that are paused or wait for another one.</param>
/// <param name="Failed">Of batches that are open or ended in the last hour.</param>
/// <param name="OldestAgeMs">Since the submission of the oldest batch with ready items.</param>
/// <param name="Exact">False where there are more batches than are counted: there are at least so many items.</param>
internal sealed record QueueAnswer(
    Priority Priority,
    string Kind,
    bool Paused,
    long Ready,
    long Scheduled,
    long Held,
    long Running,
    long Failed,
    long? OldestAgeMs,
    bool Exact
)
{
    public static QueueAnswer Of(QueueCounts counts, bool paused) =>
        new(
            counts.Priority,
            counts.Kind,
            paused,
            counts.Ready,
            counts.Scheduled,
            counts.Held,
            counts.Running,
            counts.Failed,
            (long?)counts.OldestAge?.TotalMilliseconds,
            counts.Exact
        );
}

/// <summary>A priority; who paused it is for administrators.</summary>
internal sealed record PriorityAnswer(
    Priority Priority,
    bool Paused,
    DateTimeOffset? PausedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? PausedBy
)
{
    public static PriorityAnswer Of(
        Priority priority,
        IReadOnlyList<PausedPriority> paused,
        bool isAdmin
    )
    {
        var pause = paused.FirstOrDefault(p => p.Priority == priority);
        return new(priority, pause is not null, pause?.PausedAt, isAdmin ? pause?.PausedBy : null);
    }
}
