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
    private readonly string name;

    private BenchDatabase(string server, EmbeddedPostgres? embedded, string suffix)
    {
        this.server = server;
        this.embedded = embedded;
        name = $"jobs_bench_{Environment.ProcessId}{suffix}";
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

    /// <summary>Makes it, with the tables of the product.</summary>
    /// <param name="settings">Of PostgreSQL, where a server is started for the bench.</param>
    public static async Task<BenchDatabase> CreateAsync(
        params (string Name, string Value)[] settings
    )
    {
        var server = Environment.GetEnvironmentVariable("ConnectionStrings__Jobs");
        EmbeddedPostgres? embedded = null;
        if (string.IsNullOrEmpty(server))
        {
            var folder = Path.Combine(Directory.GetCurrentDirectory(), ".local", "bench");
            var options = new EmbeddedPostgresOptions { DataDirectory = folder };
            foreach (var (setting, value) in settings)
            {
                options.Settings[setting] = value;
            }
            embedded = await EmbeddedPostgres.StartAsync(
                options,
                NullLogger.Instance,
                TimeProvider.System,
                CancellationToken.None
            );
            server = embedded.ConnectionString;
        }
        return await CreateAsync(server, embedded, "");
    }

    /// <summary>Another database on the same server; dispose it before this one.</summary>
    public Task<BenchDatabase> BesideAsync(string suffix) =>
        CreateAsync(server, null, $"_{suffix}");

    private static async Task<BenchDatabase> CreateAsync(
        string server,
        EmbeddedPostgres? embedded,
        string suffix
    )
    {
        var database = new BenchDatabase(server, embedded, suffix);
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

    public async Task<T> ScalarAsync<T>(string sql, params object[] values)
    {
        await using var command = Raw.CreateCommand(sql);
        command.CommandTimeout = 0;
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Raw.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync();
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
