using Npgsql;

namespace Jobs.Database.Care;

/// <summary>Looks at the database. Thread-safe.</summary>
public sealed class DatabaseInspector(JobsDataSource database, ConnectionPools pools)
{
    /// <summary>Most tables, and most indexes, that are told of.</summary>
    public const int MostRelations = 100;

    private const string Missing =
        "The extension pg_stat_statements is not there. Add it to shared_preload_libraries, restart PostgreSQL, and run: create extension pg_stat_statements";

    private const string NotLoaded =
        "The extension pg_stat_statements is there and not loaded. Add it to shared_preload_libraries, and restart PostgreSQL.";

    private const string Refused =
        "The role of the service may not read pg_stat_statements. Grant it: grant pg_read_all_stats to the role.";

    /// <summary>Reads it all, in three round trips.</summary>
    /// <exception cref="NpgsqlException">The database cannot be reached, or takes longer than the pool's time.</exception>
    public async Task<DatabaseStats> ReadAsync(CancellationToken cancellationToken)
    {
        var figures = await DatabaseFigures.ReadAsync(database.Requests, cancellationToken);
        await using var batch = database.Requests.CreateBatch();
        foreach (
            var (statement, limited) in (IEnumerable<(string, bool)>)
                [
                    (DatabaseCareStatements.Server, false),
                    (DatabaseCareStatements.Settings, false),
                    (DatabaseCareStatements.Connections, false),
                    (DatabaseCareStatements.Tables, true),
                    (DatabaseCareStatements.Indexes, true),
                    (DatabaseCareStatements.StatementsExtension, false),
                ]
        )
        {
            var command = new NpgsqlBatchCommand(statement);
            if (limited)
            {
                command.Parameters.Add(new() { Value = MostRelations });
            }
            batch.BatchCommands.Add(command);
        }
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        var server = (
            Version: row.GetString(0),
            StartedAt: row.GetFieldValue<DateTimeOffset>(1),
            Since: row.NullableOf<DateTimeOffset>(2),
            Hits: row.NullableOf<double>(3),
            Age: row.GetInt64(4),
            AgeLimit: row.GetInt64(5),
            Blocks: row.GetInt64(6)
        );
        var settings = await row.NextListAsync(
            r => (r.GetString(0), r.GetString(1)),
            cancellationToken
        );
        var connections = await row.NextListAsync(
            r => new ConnectionCount(r.GetString(0), r.GetString(1), r.GetInt32(2)),
            cancellationToken
        );
        var tables = await row.NextListAsync(Table, cancellationToken);
        var indexes = await row.NextListAsync(Index, cancellationToken);
        var extension = await row.NextListAsync(r => r.GetString(0), cancellationToken);
        await row.DisposeAsync();
        var (statements, hint) = extension is [var schema]
            ? await StatementsAsync(schema, cancellationToken)
            : (null, Missing);
        var stats = new DatabaseStats(
            server.Version,
            server.StartedAt,
            server.Since,
            figures.SizeBytes,
            server.Hits,
            figures.MaxConnections,
            figures.UsedConnections,
            connections,
            pools.Read(),
            figures.OldestTransaction,
            figures.Replicas,
            server.Age,
            server.AgeLimit,
            settings.ToDictionary(s => s.Item1, s => s.Item2, StringComparer.Ordinal),
            tables,
            indexes,
            indexes.FindAll(i => i is { Scans: 0, Guards: false }),
            statements,
            hint,
            []
        );
        return stats with { Recommendations = DatabaseAdvice.Of(stats, server.Blocks) };
    }

    private async Task<(IReadOnlyList<StatementStats>?, string?)> StatementsAsync(
        string schema,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await using var command = database.Requests.CreateCommand(
                DatabaseCareStatements.Statements(schema)
            );
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            var statements = await row.ListAsync(
                r => new StatementStats(
                    r.GetString(0),
                    r.GetInt64(1),
                    r.GetDouble(2),
                    r.GetDouble(3),
                    r.GetInt64(4),
                    r.NullableOf<double>(5)
                ),
                cancellationToken
            );
            return (statements, null);
        }
        catch (PostgresException e)
            when (e.SqlState is PostgresErrorCodes.ObjectNotInPrerequisiteState)
        {
            return (null, NotLoaded);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InsufficientPrivilege)
        {
            return (null, Refused);
        }
    }

    private static TableStats Table(NpgsqlDataReader row) =>
        new(
            row.GetString(0),
            row.GetInt64(1),
            row.GetInt64(2),
            row.GetInt64(3),
            row.GetInt64(4),
            row.GetInt64(5),
            row.GetInt64(6),
            row.NullableOf<long>(7),
            row.GetInt64(8),
            row.GetInt64(9),
            row.NullableOf<DateTimeOffset>(10),
            row.NullableOf<DateTimeOffset>(11),
            row.GetInt64(12)
        );

    private static IndexStats Index(NpgsqlDataReader row) =>
        new(
            row.GetString(0),
            row.GetString(1),
            row.GetInt64(2),
            row.NullableOf<long>(3),
            row.GetInt64(4),
            row.GetBoolean(5),
            row.GetBoolean(6)
        );
}
