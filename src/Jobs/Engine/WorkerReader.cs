using Jobs.Batches;
using Jobs.Database;
using Npgsql;

namespace Jobs.Engine;

/// <summary>Reads which workers there are. Thread-safe.</summary>
public sealed class WorkerReader(JobsDataSource database)
{
    /// <summary>The oldest first.</summary>
    public Task<IReadOnlyList<WorkerStatus>> ListAsync(CancellationToken cancellationToken) =>
        EnginePlanner.ReadAsync(
            database.Requests,
            new(WorkerStatements.List),
            ReadAsync,
            cancellationToken
        );

    /// <summary>How many there are.</summary>
    public async Task<WorkerCount> CountAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Requests.CreateCommand(WorkerStatements.Count);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new(row.GetInt32(0), row.GetInt32(1));
    }

    private static async Task<IReadOnlyList<WorkerStatus>> ReadAsync(
        NpgsqlDataReader row,
        CancellationToken cancellationToken
    )
    {
        var workers = new List<WorkerStatus>();
        while (await row.ReadAsync(cancellationToken))
        {
            workers.Add(Read(row));
        }
        return workers;
    }

    private static WorkerStatus Read(NpgsqlDataReader row) =>
        new(
            row.GetGuid(0),
            row.GetString(1),
            row.GetInt32(2),
            row.GetString(3),
            row.GetInt32(4),
            row.GetInt32(12),
            row.GetInt32(13),
            row.GetFieldValue<string[]>(5),
            Array.ConvertAll(row.GetFieldValue<short[]>(6), p => (Priority)p),
            row.GetString(7),
            row.GetBoolean(11),
            row.GetFieldValue<DateTimeOffset>(8),
            row.GetFieldValue<DateTimeOffset>(9),
            TimeSpan.FromMilliseconds(Math.Max(0, row.GetDouble(10)))
        );
}

/// <summary>How many workers there are.</summary>
/// <param name="Alive">Those whose lease holds and that take work.</param>
/// <param name="Dead">Those whose lease has run out, until a worker clears them away.</param>
public readonly record struct WorkerCount(int Alive, int Dead);
