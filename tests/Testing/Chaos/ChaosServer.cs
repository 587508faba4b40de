using System.Diagnostics;
using System.Globalization;
using Jobs.Database;
using Jobs.Migrations;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Jobs.Testing.Chaos;

/// <summary>
/// A PostgreSQL of its own that can be stopped in every way, and starts again by itself. What it has committed survives
/// its processes, though not the machine.
/// </summary>
public sealed class ChaosServer : IAsyncDisposable
{
    private readonly EmbeddedPostgres server;

    private ChaosServer(EmbeddedPostgres server) => this.server = server;

    public string ConnectionString => server.ConnectionString;

    /// <summary>Starts it, migrated, in a folder.</summary>
    public static async Task<ChaosServer> StartAsync(
        string folder,
        CancellationToken cancellationToken
    )
    {
        var options = new EmbeddedPostgresOptions
        {
            DataDirectory = folder,
            Settings = { ["fsync"] = "off", ["shared_buffers"] = "128MB" },
        };
        var server = await EmbeddedPostgres.StartAsync(
            options,
            NullLogger.Instance,
            TimeProvider.System,
            cancellationToken
        );
        await SchemaMigrator.MigrateAsync(
            server.ConnectionString,
            TimeProvider.System,
            cancellationToken
        );
        await using var database = NpgsqlDataSource.Create(server.ConnectionString);
        await using var partitions = database.CreateCommand(
            "select jobs.ensure_partitions(now(), 3)"
        );
        await partitions.ExecuteNonQueryAsync(cancellationToken);
        return new ChaosServer(server);
    }

    /// <summary>A fast shutdown: sessions are ended, what runs is rolled back.</summary>
    public Task RestartFastAsync(CancellationToken cancellationToken) =>
        SignalAsync("INT", cancellationToken);

    /// <summary>An immediate one: nothing is written any more, and the next start recovers.</summary>
    public Task RestartImmediateAsync(CancellationToken cancellationToken) =>
        SignalAsync("QUIT", cancellationToken);

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task SignalAsync(string signal, CancellationToken cancellationToken)
    {
        var id = server.ProcessId.ToString(CultureInfo.InvariantCulture);
        using var kill = Process.Start("kill", [$"-{signal}", id]);
        await kill.WaitForExitAsync(cancellationToken);
    }
}
