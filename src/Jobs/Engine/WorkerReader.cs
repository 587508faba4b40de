using Jobs.Batches;
using Jobs.Database;
using Npgsql;

namespace Jobs.Engine;

/// <summary>Reads which workers there are. Thread-safe.</summary>
public sealed class WorkerReader(JobsDataSource database)
{
    /// <summary>The oldest first.</summary>
    public async Task<IReadOnlyList<WorkerStatus>> ListAsync(CancellationToken cancellationToken)
    {
        // Sent together, the commands of a batch are one transaction.
        await using var batch = database.Requests.CreateBatch();
        foreach (var setting in EnginePlanner.Local)
        {
            batch.BatchCommands.Add(new(setting));
        }
        batch.BatchCommands.Add(new(WorkerStatements.List));
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        while (row.FieldCount == 0 && await row.NextResultAsync(cancellationToken)) { }
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
