using Jobs.Database;
using Jobs.Queues;

namespace Jobs.Monitoring.Gauges;

/// <summary>What was last seen of the database and the queues.</summary>
/// <param name="OldestTransaction">Seconds; null where there is none.</param>
/// <param name="ReplicationLag">Seconds of the slowest replica; null where there is none.</param>
/// <param name="Notifications">That were ever written.</param>
internal sealed record DatabaseState(
    long Size,
    IReadOnlyList<(string Name, long Live, long Dead)> Tables,
    double? OldestTransaction,
    int Connections,
    int MostConnections,
    double? ReplicationLag,
    int Workers,
    long Notifications,
    IReadOnlyList<QueueCounts> Queues
)
{
    public static async Task<DatabaseState> ReadAsync(
        JobsDataSource database,
        QueueReader queues,
        CancellationToken cancellationToken
    )
    {
        var counts = await queues.ReadAsync(null, cancellationToken);
        await using var command = database.Requests.CreateCommand(GaugeStatements.Read);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        var names = row.IsDBNull(1) ? [] : row.GetFieldValue<string[]>(1);
        var live = row.IsDBNull(2) ? [] : row.GetFieldValue<long[]>(2);
        var dead = row.IsDBNull(3) ? [] : row.GetFieldValue<long[]>(3);
        return new(
            row.GetInt64(0),
            [.. names.Select((name, i) => (name, live[i], dead[i]))],
            row.IsDBNull(4) ? null : row.GetDouble(4),
            row.GetInt32(5),
            row.GetInt32(6),
            row.IsDBNull(7) ? null : row.GetDouble(7),
            row.GetInt32(8),
            row.GetInt64(9),
            counts
        );
    }
}
