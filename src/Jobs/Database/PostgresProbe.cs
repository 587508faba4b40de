using System.Net.Sockets;
using Npgsql;

namespace Jobs.Database;

/// <summary>Asks the embedded server whether it answers.</summary>
internal sealed class PostgresProbe(
    PostgresHome home,
    EmbeddedPostgresOptions options,
    TimeProvider time
)
{
    public const string Database = "jobs";
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    public string ConnectionString => To(Database).ConnectionString;

    /// <summary>Whether the server answers and has its database.</summary>
    public Task<bool> AnswersAsync(CancellationToken cancellationToken) =>
        AnswersAsync(Database, cancellationToken);

    /// <summary>Waits until the server answers, recovery included.</summary>
    /// <exception cref="IOException">It ended before it answered.</exception>
    public async Task WaitForServerAsync(Postmaster server, CancellationToken cancellationToken)
    {
        while (!await AnswersAsync("postgres", cancellationToken))
        {
            if (server.Exited.IsCompleted)
            {
                throw server.Ended(await server.Exited);
            }
            await Task.Delay(Poll, time, cancellationToken);
        }
    }

    public async Task CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        await using var server = Source("postgres");
        await using var connection = await server.OpenConnectionAsync(cancellationToken);
        await using var exists = new NpgsqlCommand(
            "select exists (select from pg_database where datname = $1)",
            connection
        )
        {
            Parameters = { new() { Value = Database } },
        };
        if (await exists.ExecuteScalarAsync(cancellationToken) is true)
        {
            return;
        }
        await using var create = new NpgsqlCommand($"create database {Database}", connection);
        await create.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<bool> AnswersAsync(string database, CancellationToken cancellationToken)
    {
        try
        {
            await using var server = Source(database);
            await using var connection = await server.OpenConnectionAsync(cancellationToken);
            return true;
        }
        catch (Exception failure)
            when (failure is NpgsqlException or SocketException or IOException)
        {
            return false;
        }
    }

    private NpgsqlDataSource Source(string database)
    {
        // Unpooled: an idle connection would hold on to a server that is gone.
        var settings = To(database);
        settings.Pooling = false;
        settings.Timeout = 2;
        // Without a name metrics would show the connection string.
        return new NpgsqlDataSourceBuilder(settings.ConnectionString)
        {
            Name = "jobs-probe",
        }.Build();
    }

    private NpgsqlConnectionStringBuilder To(string database) =>
        new()
        {
            Host = home.SocketDirectory,
            Port = options.Port,
            Username = PostgresCluster.User,
            Database = database,
            SslMode = SslMode.Disable,
            GssEncryptionMode = GssEncryptionMode.Disable,
        };
}
