using Npgsql;

namespace Jobs.Database.Care;

/// <summary>Looks at the database. Thread-safe.</summary>
public sealed class DatabaseInspector(JobsDataSource database)
{
    /// <summary>Most tables, and most indexes, that are told of.</summary>
    public const int MostRelations = 100;

    private const string Missing =
        "The extension pg_stat_statements is not there. Add it to shared_preload_libraries, restart PostgreSQL, and run: create extension pg_stat_statements";

    private const string NotLoaded =
        "The extension pg_stat_statements is there and not loaded. Add it to shared_preload_libraries, and restart PostgreSQL.";

    private const string Refused =
        "The role of the service may not read pg_stat_statements. Grant it: grant pg_read_all_stats to the role.";

    /// <summary>Reads it all, in two round trips.</summary>
    /// <exception cref="NpgsqlException">The database cannot be reached, or takes longer than the pool's time.</exception>
    public async Task<DatabaseStats> ReadAsync(CancellationToken cancellationToken)
    {
        await using var batch = database.Requests.CreateBatch();
        foreach (
            var (statement, limited) in (IEnumerable<(string, bool)>)
                [
                    (DatabaseCareStatements.Server, false),
                    (DatabaseCareStatements.Settings, false),
                    (DatabaseCareStatements.Connections, false),
                    (DatabaseCareStatements.OldestTransaction, false),
                    (DatabaseCareStatements.Replicas, false),
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
            Since: Nullable<DateTimeOffset>(row, 2),
            Size: row.GetInt64(3),
            Hits: Nullable<double>(row, 4),
            Most: row.GetInt32(5),
            Used: row.GetInt32(6),
            Age: row.GetInt64(7),
            AgeLimit: row.GetInt64(8),
            Blocks: row.GetInt64(9)
        );
        var settings = await ListAsync(
            row,
            r => (r.GetString(0), r.GetString(1)),
            cancellationToken
        );
        var connections = await ListAsync(
            row,
            r => new ConnectionCount(r.GetString(0), r.GetString(1), r.GetInt32(2)),
            cancellationToken
        );
        var oldest = await ListAsync(
            row,
            r => new OldestTransaction(
                r.GetInt32(0),
                r.GetString(1),
                r.GetString(2),
                r.GetDouble(3)
            ),
            cancellationToken
        );
        var replicas = await ListAsync(
            row,
            r => new ReplicaLag(
                r.GetString(0),
                r.GetString(1),
                Nullable<long>(r, 2),
                Nullable<double>(r, 3)
            ),
            cancellationToken
        );
        var tables = await ListAsync(row, Table, cancellationToken);
        var indexes = await ListAsync(row, Index, cancellationToken);
        var extension = await ListAsync(row, r => r.GetString(0), cancellationToken);
        await row.DisposeAsync();
        var (statements, hint) = extension is [var schema]
            ? await StatementsAsync(schema, cancellationToken)
            : (null, Missing);
        var stats = new DatabaseStats(
            server.Version,
            server.StartedAt,
            server.Since,
            server.Size,
            server.Hits,
            server.Most,
            server.Used,
            connections,
            oldest.SingleOrDefault(),
            replicas,
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
            var statements = new List<StatementStats>();
            while (await row.ReadAsync(cancellationToken))
            {
                statements.Add(
                    new(
                        row.GetString(0),
                        row.GetInt64(1),
                        row.GetDouble(2),
                        row.GetDouble(3),
                        row.GetInt64(4),
                        Nullable<double>(row, 5)
                    )
                );
            }
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
            Nullable<long>(row, 7),
            row.GetInt64(8),
            row.GetInt64(9),
            Nullable<DateTimeOffset>(row, 10),
            Nullable<DateTimeOffset>(row, 11),
            row.GetInt64(12)
        );

    private static IndexStats Index(NpgsqlDataReader row) =>
        new(
            row.GetString(0),
            row.GetString(1),
            row.GetInt64(2),
            Nullable<long>(row, 3),
            row.GetInt64(4),
            row.GetBoolean(5),
            row.GetBoolean(6)
        );

    private static async Task<List<T>> ListAsync<T>(
        NpgsqlDataReader row,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken
    )
    {
        await row.NextResultAsync(cancellationToken);
        var list = new List<T>();
        while (await row.ReadAsync(cancellationToken))
        {
            list.Add(read(row));
        }
        return list;
    }

    private static T? Nullable<T>(NpgsqlDataReader row, int column)
        where T : struct => row.IsDBNull(column) ? null : row.GetFieldValue<T>(column);
}
