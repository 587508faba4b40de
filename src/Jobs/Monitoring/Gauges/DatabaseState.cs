using Jobs.Database;
using Jobs.Database.Care;
using Jobs.Engine;
using Jobs.Queues;

namespace Jobs.Monitoring.Gauges;

/// <summary>What was last seen of the database and the queues.</summary>
/// <param name="Tables">Partitions of a table together.</param>
/// <param name="Notifications">That were ever written.</param>
internal sealed record DatabaseState(
    DatabaseFigures Figures,
    IReadOnlyList<TableRows> Tables,
    int Workers,
    long Notifications,
    IReadOnlyList<QueueCounts> Queues
)
{
    public static async Task<DatabaseState> ReadAsync(
        JobsDataSource database,
        QueueReader queues,
        WorkerReader workers,
        CancellationToken cancellationToken
    )
    {
        var figures = await DatabaseFigures.ReadAsync(database.Requests, cancellationToken);
        await using var command = database.Requests.CreateCommand(GaugeStatements.Notifications);
        return new(
            figures,
            [
                .. figures
                    .Tables.GroupBy(t => NameOf(t.Name), StringComparer.Ordinal)
                    .Select(g => new TableRows(g.Key, g.Sum(t => t.Live), g.Sum(t => t.Dead))),
            ],
            (await workers.CountAsync(cancellationToken)).Alive,
            (long)(await command.ExecuteScalarAsync(cancellationToken))!,
            await queues.ReadAsync(null, cancellationToken)
        );
    }

    // A partition is called as its table and the day that it begins with.
    private static string NameOf(string table)
    {
        var digits = table.AsSpan().IndexOfAnyInRange('0', '9');
        return digits > 0 && table[digits - 1] == '_' ? table[..(digits - 1)] : table;
    }
}
