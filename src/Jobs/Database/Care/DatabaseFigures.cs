using Npgsql;

namespace Jobs.Database.Care;

/// <summary>What PostgreSQL knows of itself, as metrics, health and statistics of the database all tell it.</summary>
/// <param name="UsedConnections">Clients of the whole server, as <paramref name="MaxConnections"/> counts them.</param>
/// <param name="Tables">A partition is one of its own.</param>
internal sealed record DatabaseFigures(
    long SizeBytes,
    int MaxConnections,
    int UsedConnections,
    OldestTransaction? OldestTransaction,
    IReadOnlyList<ReplicaLag> Replicas,
    IReadOnlyList<TableRows> Tables
)
{
    // Less of them says nothing of a table.
    private const long FewRows = 50_000;

    /// <summary>Seconds of the slowest replica; null where none is behind, or there is none.</summary>
    public double? ReplicationLag => Replicas.Max(r => r.Seconds);

    /// <summary>The largest share of dead rows in a table of some size, in percent.</summary>
    public double DeadPercent =>
        Tables
            .Where(t => t.Live + t.Dead > FewRows)
            .Select(t => 100.0 * t.Dead / (t.Live + t.Dead))
            .DefaultIfEmpty(0)
            .Max();

    /// <summary>Asks in one round trip; no table of the service is read.</summary>
    public static async Task<DatabaseFigures> ReadAsync(
        NpgsqlDataSource database,
        CancellationToken cancellationToken
    )
    {
        await using var batch = database.CreateBatch();
        foreach (
            var statement in (string[])
                [
                    DatabaseCareStatements.Figures,
                    DatabaseCareStatements.OldestTransaction,
                    DatabaseCareStatements.Replicas,
                    DatabaseCareStatements.Rows,
                ]
        )
        {
            batch.BatchCommands.Add(new(statement));
        }
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        var (size, most, used) = (row.GetInt64(0), row.GetInt32(1), row.GetInt32(2));
        var oldest = await row.NextListAsync(
            r => new OldestTransaction(
                r.GetInt32(0),
                r.GetString(1),
                r.GetString(2),
                r.GetDouble(3)
            ),
            cancellationToken
        );
        var replicas = await row.NextListAsync(
            r => new ReplicaLag(
                r.GetString(0),
                r.GetString(1),
                r.NullableOf<long>(2),
                r.NullableOf<double>(3)
            ),
            cancellationToken
        );
        var tables = await row.NextListAsync(
            r => new TableRows(r.GetString(0), r.GetInt64(1), r.GetInt64(2)),
            cancellationToken
        );
        return new(size, most, used, oldest.SingleOrDefault(), replicas, tables);
    }
}

/// <summary>Rows of a table, as PostgreSQL estimates them.</summary>
internal readonly record struct TableRows(string Name, long Live, long Dead);
