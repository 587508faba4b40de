using System.Diagnostics;
using System.Globalization;
using Jobs.Database;
using Jobs.Migrations;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Jobs.Testing;

/// <summary>
/// The PostgreSQL of this test process, started when it is first asked for: the server of
/// <c>JOBS_TEST_DATABASE</c> (a connection string of somebody who may create databases), else, in a build with
/// <c>-p:WithTestcontainers=true</c>, one in a container, else one of our own from
/// local binaries, in a temporary folder, without durability. It carries one migrated template database.
/// </summary>
internal sealed class TestServer
{
    private const string FolderPrefix = "jobs-test-";
    private static readonly Lazy<Task<TestServer>> Shared = new(StartAsync);

    private readonly string _connectionString;
    private int _made;
    private string _reports = "";

    private TestServer(string connectionString) => _connectionString = connectionString;

    private static string Prefix { get; } =
        string.Create(
            CultureInfo.InvariantCulture,
            $"jobs_test_{Environment.ProcessId}_{Stopwatch.GetTimestamp() % 1_000_000}"
        );

    private static string Template => $"{Prefix}_template";

    public static Task<TestServer> GetAsync() => Shared.Value;

    /// <summary>Makes a database, a clone of the migrated template or an empty one; returns its connection string.</summary>
    public async Task<string> CreateDatabaseAsync(bool migrated, CancellationToken ct)
    {
        var name = string.Create(
            CultureInfo.InvariantCulture,
            $"{Prefix}_{Interlocked.Increment(ref _made)}"
        );
        await ExecuteAsync(
            $"create database {name} template {(migrated ? Template : "template0")}",
            ct
        );
        return To(name);
    }

    public Task DropDatabaseAsync(string connectionString, CancellationToken ct)
    {
        var name = new NpgsqlConnectionStringBuilder(connectionString).Database;
        return ExecuteAsync($"drop database if exists {name} with (force)", ct);
    }

    private static async Task<TestServer> StartAsync()
    {
        var given = Environment.GetEnvironmentVariable("JOBS_TEST_DATABASE");
#if TESTCONTAINERS
        given ??= await ServerContainer.StartAsync(CancellationToken.None);
#endif
        EmbeddedPostgres? embedded = null;
        if (string.IsNullOrWhiteSpace(given))
        {
            embedded = await StartEmbeddedAsync();
        }
        var server = new TestServer(embedded?.ConnectionString ?? given!);
        await server.ExecuteAsync(
            $"create database {Template} template template0",
            CancellationToken.None
        );
        await SchemaMigrator.MigrateAsync(
            server.To(Template),
            TimeProvider.System,
            CancellationToken.None
        );
        await server.PrepareAsync(CancellationToken.None);
        // Nobody may be connected to a database that is being cloned.
        await server.ExecuteAsync(
            $"alter database {Template} allow_connections false",
            CancellationToken.None
        );
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
            Task.Run(() => server.EndAsync(embedded), CancellationToken.None)
                .Wait(TimeSpan.FromSeconds(20), CancellationToken.None);
        return server;
    }

    private static async Task<EmbeddedPostgres> StartEmbeddedAsync()
    {
        ClearLeftovers();
        var options = new EmbeddedPostgresOptions
        {
            DataDirectory = Path.Combine(
                Path.GetTempPath(),
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{FolderPrefix}{Environment.ProcessId}"
                )
            ),
            Durable = false,
            Settings = { ["max_connections"] = "400", ["shared_buffers"] = "128MB" },
        };
        return await EmbeddedPostgres.StartAsync(
            options,
            NullLogger.Instance,
            TimeProvider.System,
            CancellationToken.None
        );
    }

    // Folders of test processes that were killed.
    private static void ClearLeftovers()
    {
        foreach (
            var folder in Directory.EnumerateDirectories(Path.GetTempPath(), $"{FolderPrefix}*")
        )
        {
            if (
                int.TryParse(
                    Path.GetFileName(folder)[FolderPrefix.Length..],
                    CultureInfo.InvariantCulture,
                    out var processId
                ) && (processId == Environment.ProcessId || !Directory.Exists($"/proc/{processId}"))
            )
            {
                TestFolder.Delete(folder);
            }
        }
    }

    private async Task EndAsync(EmbeddedPostgres? embedded)
    {
        if (embedded is not null)
        {
            await embedded.DisposeAsync();
            TestFolder.Delete(
                Path.Combine(Path.GetTempPath(), $"{FolderPrefix}{Environment.ProcessId}")
            );
            return;
        }
        await ExecuteAsync($"drop database if exists {Template} with (force)", default);
        // Of the reports of all clones of the template.
        await ExecuteAsync($"drop role if exists {_reports}", default);
    }

    private async Task PrepareAsync(CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(To(Template));
        await connection.OpenAsync(ct);
        await using var command = new NpgsqlCommand(
            "select jobs.ensure_partitions(now(), 3), role from jobs.report_access",
            connection
        );
        await using var row = await command.ExecuteReaderAsync(ct);
        await row.ReadAsync(ct);
        _reports = row.GetString(1);
    }

    private async Task ExecuteAsync(string sql, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(_connectionString)
            {
                Pooling = false,
            }.ConnectionString
        );
        await connection.OpenAsync(ct);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }

    private string To(string database) =>
        new NpgsqlConnectionStringBuilder(_connectionString)
        {
            Database = database,
            Pooling = false,
        }.ConnectionString;
}
