using Npgsql;
using NpgsqlTypes;

namespace Jobs.Recurring;

/// <summary>Enters what became of a tick, in the transaction that holds the schedule's row.</summary>
internal sealed class FiredWriter(NpgsqlConnection connection, DueSchedule due)
{
    private const int MostReason = 1_000;

    public Task SubmittedAsync(Tick tick, Guid batchId, CancellationToken cancellationToken) =>
        WriteAsync(tick, ScheduleRunState.Submitted, batchId, null, null, cancellationToken);

    public Task SkippedAsync(Tick tick, CancellationToken cancellationToken) =>
        WriteAsync(tick, ScheduleRunState.Skipped, null, null, null, cancellationToken);

    public Task FailedAsync(
        Tick tick,
        string code,
        string reason,
        CancellationToken cancellationToken
    ) => WriteAsync(tick, ScheduleRunState.Failed, null, code, reason, cancellationToken);

    /// <summary>The same, and it is paused: it has no next tick.</summary>
    public async Task BrokenAsync(string reason, CancellationToken cancellationToken)
    {
        var tick = new Tick(due.DueAt, Skipped: false, Missed: 0, due.DueAt);
        await FailedAsync(tick, "broken", reason, cancellationToken);
        await using var command = new NpgsqlCommand(ScheduleStatements.Disable, connection)
        {
            Parameters =
            {
                new() { Value = due.TenantId },
                new() { Value = due.Name },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task WriteAsync(
        Tick tick,
        ScheduleRunState state,
        Guid? batchId,
        string? code,
        string? reason,
        CancellationToken cancellationToken
    )
    {
        if (reason?.Length > MostReason)
        {
            reason = reason[..MostReason];
        }
        await using var command = new NpgsqlCommand(ScheduleStatements.Fired, connection)
        {
            Parameters =
            {
                new() { Value = due.TenantId },
                new() { Value = due.Name },
                new() { Value = tick.DueAt },
                new() { Value = state.ToString().ToLowerInvariant() },
                new()
                {
                    Value = (object?)batchId ?? DBNull.Value,
                    NpgsqlDbType = NpgsqlDbType.Uuid,
                },
                new() { Value = tick.Missed },
                new() { Value = (object?)code ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = (object?)reason ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = tick.Next },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
