using Jobs.Database;
using Jobs.Migrations;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Jobs.Bench.Engine;

/// <summary>A database of its own on the configured server, or on an embedded one; dropped at the end.</summary>
internal sealed class BenchDatabase : IAsyncDisposable
{
    private readonly string server;
    private readonly EmbeddedPostgres? embedded;
    private readonly string name = $"jobs_bench_{Environment.ProcessId}";

    private BenchDatabase(string server, EmbeddedPostgres? embedded)
    {
        this.server = server;
        this.embedded = embedded;
        ConnectionString = new NpgsqlConnectionStringBuilder(server)
        {
            Database = name,
        }.ConnectionString;
        Raw = NpgsqlDataSource.Create(
            $"{ConnectionString};Max Auto Prepare=20;Auto Prepare Min Usages=1"
        );
    }

    public string ConnectionString { get; }

    /// <summary>For what is measured beside the product.</summary>
    public NpgsqlDataSource Raw { get; }

    public static async Task<BenchDatabase> CreateAsync()
    {
        var server = Environment.GetEnvironmentVariable("ConnectionStrings__Jobs");
        EmbeddedPostgres? embedded = null;
        if (string.IsNullOrEmpty(server))
        {
            var folder = Path.Combine(Directory.GetCurrentDirectory(), ".local", "bench");
            embedded = await EmbeddedPostgres.StartAsync(
                new EmbeddedPostgresOptions { DataDirectory = folder },
                NullLogger.Instance,
                TimeProvider.System,
                CancellationToken.None
            );
            server = embedded.ConnectionString;
        }
        var database = new BenchDatabase(server, embedded);
        await database.OnServerAsync($"create database {database.name}");
        await SchemaMigrator.MigrateAsync(
            database.ConnectionString,
            TimeProvider.System,
            CancellationToken.None
        );
        await database
            .Raw.CreateCommand("select jobs.ensure_partitions(now(), 3)")
            .ExecuteNonQueryAsync();
        return database;
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Raw.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        await Raw.DisposeAsync();
        NpgsqlConnection.ClearAllPools();
        await OnServerAsync($"drop database {name} with (force)");
        if (embedded is not null)
        {
            await embedded.DisposeAsync();
        }
    }

    private async Task OnServerAsync(string sql)
    {
        await using var connection = new NpgsqlConnection($"{server};Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
