using System.Text;
using Jobs.Database;
using Jobs.Database.Care;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Jobs.Kinds.Maintenance;

/// <summary>
/// Looks after tables and indexes while they are used: nothing here locks out readers or writers, and what has to wait
/// for somebody gives up rather than letting others queue behind it.
/// </summary>
internal sealed class MaintenanceHandler(
    JobsDataSource database,
    TimeProvider time,
    ILogger<MaintenanceHandler> log
) : IItemHandler
{
    /// <summary>The code of a step that somebody stood in the way of.</summary>
    public const string Blocked = "blocked";

    private const string Patience = "set lock_timeout = '3s'";

    // One after the other, however many workers there are: each step reads a whole table or index. Asked for again and
    // again and not waited for: who waits in a statement holds up the building of an index.
    private const string TakeTurn = "select pg_try_advisory_lock(hashtext('jobs.maintenance'))";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    // Whether the target is there and of the right sort, its quoted name, and its size.
    private const string Find = """
        select format('%I.%I', 'jobs', c.relname), pg_total_relation_size(c.oid)
        from pg_class c
        where c.relnamespace = 'jobs'::regnamespace and c.relname = $1 and c.relkind::text = any ($2)
        """;

    // What an earlier building of the index left behind when it broke off.
    private const string Leftovers = """
        select format('%I.%I', 'jobs', c.relname)
        from pg_index i
        join pg_class c on c.oid = i.indexrelid
        where c.relnamespace = 'jobs'::regnamespace and not i.indisvalid and c.relname like $1 || '\_ccnew%'
        """;

    private const string AllTables = """
        select format('%I.%I', 'jobs', c.relname), pg_total_relation_size(c.oid)
        from pg_class c
        where c.relnamespace = 'jobs'::regnamespace and c.relkind = 'r'
        order by c.relname
        """;

    private static readonly string[] TableSorts = ["r", "p"];
    private static readonly string[] IndexSorts = ["i"];

    public async ValueTask<ItemOutcome> HandleAsync(Item item, CancellationToken cancellationToken)
    {
        var (action, target) = item.Read(MaintenanceJson.Default.MaintenancePayload);
        if (FaultOf(action, target) is { } fault)
        {
            return ItemOutcome.Failure(ErrorCodes.InvalidItem, $"{fault.Field} {fault.Message}");
        }
        // A session of its own: vacuum is refused in a transaction, and a pooler may share others between two statements.
        await using var sessions = database.Sessions("jobs-maintenance", s => s.CommandTimeout = 0);
        await using var connection = await sessions.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, Patience, cancellationToken);
        while (!await TakeTurnAsync(connection, cancellationToken))
        {
            await Task.Delay(Pause, time, cancellationToken);
        }
        try
        {
            return await RunAsync(connection, action!.Value, target, cancellationToken);
        }
        catch (PostgresException e)
            when (e.SqlState
                    is PostgresErrorCodes.LockNotAvailable
                        or PostgresErrorCodes.DeadlockDetected
            )
        {
            log.Blocked(action!.Value, target, e);
            return ItemOutcome.Failure(
                new ItemError(
                    Blocked,
                    $"Another transaction was in the way of {action} of {target ?? "all tables"} for 3 seconds. It is tried again; GET /api/v1/system/database/stats names the oldest transaction.",
                    Retryable: true
                )
            );
        }
    }

    public IReadOnlyList<FieldError> Validate(ReadOnlyMemory<byte> payload) =>
        !Item.TryRead(
            payload,
            MaintenanceJson.Default.MaintenancePayload,
            out var step,
            out var error
        )
            ? [error]
        : FaultOf(step!.Action, step.Target) is { } fault ? [fault]
        : [];

    private async Task<ItemOutcome> RunAsync(
        NpgsqlConnection connection,
        MaintenanceAction action,
        string? target,
        CancellationToken cancellationToken
    )
    {
        if (target is null)
        {
            foreach (var (name, _) in await ListAsync(connection, AllTables, cancellationToken))
            {
                await ExecuteAsync(connection, $"analyze {name}", cancellationToken);
            }
            log.Done(action, "all tables");
            return Success(new(action, null, null, null));
        }
        var sorts = action == MaintenanceAction.Reindex ? IndexSorts : TableSorts;
        if (
            await FindAsync(connection, target, sorts, cancellationToken)
            is not var (quoted, before)
        )
        {
            return ItemOutcome.Failure(
                ErrorCodes.InvalidItem,
                $"target '{target}' is no {(action == MaintenanceAction.Reindex ? "index" : "table")} of the schema jobs"
            );
        }
        if (action == MaintenanceAction.Reindex)
        {
            foreach (
                var (leftover, _) in await ListAsync(
                    connection,
                    Leftovers,
                    cancellationToken,
                    target
                )
            )
            {
                await ExecuteAsync(
                    connection,
                    $"drop index concurrently if exists {leftover}",
                    cancellationToken
                );
            }
        }
        await ExecuteAsync(
            connection,
            action switch
            {
                MaintenanceAction.Analyze => $"analyze {quoted}",
                MaintenanceAction.Vacuum => $"vacuum (analyze) {quoted}",
                _ => $"reindex index concurrently {quoted}",
            },
            cancellationToken
        );
        var after = await FindAsync(connection, target, sorts, cancellationToken);
        log.Done(action, target);
        return Success(new(action, target, before, after?.Bytes));
    }

    private static async Task<bool> TakeTurnAsync(
        NpgsqlConnection connection,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(TakeTurn, connection);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private static FieldError? FaultOf(MaintenanceAction? action, string? target) =>
        action is null ? new FieldError("action", "must be analyze, vacuum or reindex")
        : target is null && action != MaintenanceAction.Analyze
            ? new FieldError("target", $"must name what to {action.ToString()!.ToLowerInvariant()}")
        : target is not null
        && (target.Contains('\0') || Encoding.UTF8.GetByteCount(target) is 0 or > 63)
            ? new FieldError("target", "must be the name of a table or an index, 1 to 63 bytes")
        : null;

    private static ItemOutcome Success(MaintenanceResult result) =>
        ItemOutcome.Success(result, MaintenanceJson.Default.MaintenanceResult);

    private static async Task<(string Quoted, long Bytes)?> FindAsync(
        NpgsqlConnection connection,
        string target,
        string[] sorts,
        CancellationToken cancellationToken
    ) =>
        await ListAsync(connection, Find, cancellationToken, target, sorts) is [var found]
            ? found
            : null;

    private static async Task<List<(string Name, long Bytes)>> ListAsync(
        NpgsqlConnection connection,
        string sql,
        CancellationToken cancellationToken,
        params object[] values
    )
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var list = new List<(string, long)>();
        while (await row.ReadAsync(cancellationToken))
        {
            list.Add((row.GetString(0), row.FieldCount > 1 ? row.GetInt64(1) : 0));
        }
        return list;
    }

    private static async Task ExecuteAsync(
        NpgsqlConnection connection,
        string sql,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
