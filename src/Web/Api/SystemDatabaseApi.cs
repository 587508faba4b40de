using System.Text.Json;
using Jobs.Auditing;
using Jobs.Batches;
using Jobs.Database.Care;
using Jobs.Kinds;
using Jobs.Tenancy;
using Jobs.Web.Http;
using Jobs.Web.Http.Idempotency;

namespace Jobs.Web.Api;

/// <summary>How the database is, and looking after it, for administrators.</summary>
internal static class SystemDatabaseApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var database = api.MapGroup("/system/database")
            .RequireScope(Scopes.Admin)
            .WithTags("System");
        database
            .MapGet("/stats", StatsAsync)
            .Produces<DatabaseStats>()
            .WithSummary(
                "Size, connections, bloat, use of indexes, slow statements, and what to do about them"
            )
            .WithDescription(
                "`recommendations` says in plain words what is to be done, the most urgent first; those with a `step` are what `optimize` does. Bloat is estimated from the planner's statistics."
            );
        database
            .MapPost("/optimize", OptimizeAsync)
            .Produces<BatchStatus>(StatusCodes.Status202Accepted)
            .ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity)
            .WithSummary("Submit a batch that does the steps that are due")
            .WithDescription(
                "Analyses all tables, vacuums those with many dead rows, and builds bloated indexes anew beside the old ones: an item of the kind `maintenance` each. `actions` limits it to some of `analyze`, `vacuum` and `reindex`. Nothing of it locks out readers or writers."
            );
    }

    private static async Task<IResult> StatsAsync(
        DatabaseInspector inspector,
        CancellationToken cancellationToken
    ) => Results.Ok(await inspector.ReadAsync(cancellationToken));

    private static async Task<IResult> OptimizeAsync(
        HttpContext context,
        OptimizeBody? body,
        DatabaseInspector inspector,
        BatchSubmitter submitter,
        KindRegistry kinds,
        CancellationToken cancellationToken
    )
    {
        if (body?.Actions is { Count: 0 })
        {
            return Problems.Invalid(
                "actions",
                "must name one of analyze, vacuum and reindex, or be absent"
            );
        }
        if (!kinds.TryGet("maintenance", out var kind))
        {
            return Problems.NotFound("kind");
        }
        var actions = body?.Actions?.ToHashSet() ?? [.. Enum.GetValues<MaintenanceAction>()];
        var stats = await inspector.ReadAsync(cancellationToken);
        await using var batch = submitter.Begin(new BatchDraft(context.GetCaller().TenantId, kind));
        foreach (var step in Steps(stats, actions))
        {
            await batch.AddAsync(
                JsonSerializer.SerializeToUtf8Bytes(step, ApiJson.Default.MaintenanceStep),
                cancellationToken
            );
        }
        AuditAct.Current?.Target = batch.Id.ToString();
        return await context.AcceptAsync(
            batch,
            status => status,
            (connection, _, ct) => AuditAct.EnterAsync(connection, ct),
            cancellationToken
        );
    }

    // Where none is due of those that were asked for, the batch has the one that never hurts.
    private static List<MaintenanceStep> Steps(
        DatabaseStats stats,
        HashSet<MaintenanceAction> actions
    )
    {
        var steps = stats
            .Recommendations.Select(r => r.Step)
            .OfType<MaintenanceStep>()
            .Where(s => s.Action != MaintenanceAction.Analyze && actions.Contains(s.Action))
            .Distinct()
            .ToList();
        if (steps.Count == 0 || actions.Contains(MaintenanceAction.Analyze))
        {
            steps.Insert(0, new(MaintenanceAction.Analyze, null));
        }
        return steps;
    }
}

/// <summary>What of maintenance is to be done.</summary>
/// <param name="Actions">Null for all.</param>
internal sealed record OptimizeBody(IReadOnlyList<MaintenanceAction>? Actions);
