using Jobs.Auditing;
using Jobs.Batches;
using Jobs.Database;
using Jobs.Engine;
using Npgsql;
using NpgsqlTypes;

namespace Jobs.Queues;

/// <summary>
/// Pauses priorities for all tenants: workers lease nothing of a paused one, and what they hold runs on. Thread-safe.
/// </summary>
public sealed class PriorityPauses(JobsDataSource database, WorkSignal signal)
{
    public async Task<IReadOnlyList<PausedPriority>> ListAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Requests.CreateCommand(QueueStatements.Paused);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var paused = new List<PausedPriority>();
        while (await row.ReadAsync(cancellationToken))
        {
            paused.Add(
                new PausedPriority(
                    (Priority)row.GetInt16(0),
                    row.GetFieldValue<DateTimeOffset>(1),
                    row.IsDBNull(2) ? null : row.GetString(2)
                )
            );
        }
        return paused;
    }

    /// <summary>False where it was paused before; it then stays as it was.</summary>
    public async Task<bool> PauseAsync(
        Priority priority,
        string? pausedBy,
        CancellationToken cancellationToken
    )
    {
        return await database.Requests.ChangeAsync(
            async connection =>
            {
                await using var command = new NpgsqlCommand(QueueStatements.Pause, connection);
                command.Parameters.Add(new() { Value = (short)priority });
                command.Parameters.Add(
                    new()
                    {
                        Value = (object?)pausedBy ?? DBNull.Value,
                        NpgsqlDbType = NpgsqlDbType.Text,
                    }
                );
                return await command.ExecuteScalarAsync(cancellationToken) is not null;
            },
            paused => paused,
            cancellationToken
        );
    }

    /// <summary>Lets workers lease again, and wakes them; false where it was not paused.</summary>
    public async Task<bool> ResumeAsync(Priority priority, CancellationToken cancellationToken)
    {
        var resumed = await database.Requests.ChangeAsync(
            async connection =>
            {
                await using var command = new NpgsqlCommand(QueueStatements.Resume, connection);
                command.Parameters.Add(new() { Value = (short)priority });
                return await command.ExecuteScalarAsync(cancellationToken) is not null;
            },
            resumed => resumed,
            cancellationToken
        );
        // Told again when it was resumed before: a repeat may be sent because nothing seems to happen.
        signal.Announce(scheduled: false);
        return resumed;
    }
}
