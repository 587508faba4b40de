using System.Globalization;
using Jobs.Database;
using Jobs.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Shouldly;

namespace Jobs.Tests.Dashboard;

/// <summary>A primary and a replica that streams from it, both of our own, made by <c>pg_basebackup</c>.</summary>
internal sealed class StreamingReplica : IAsyncDisposable
{
    private const string Program = "pg_basebackup";

    private readonly TestFolder folder = new();
    private EmbeddedPostgres? primary;
    private EmbeddedPostgres? replica;

    private StreamingReplica() { }

    public string Primary => primary!.ConnectionString;

    /// <summary>Valid while the replica is away, too.</summary>
    public string Replica { get; private set; } = "";

    public static async Task<StreamingReplica> StartAsync(CancellationToken cancellationToken)
    {
        var pair = new StreamingReplica();
        try
        {
            pair.primary = await StartAsync(pair.Folder("primary"), cancellationToken);
            await pair.CopyAsync(cancellationToken);
            await pair.StartReplicaAsync(cancellationToken);
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    public async Task StartReplicaAsync(CancellationToken cancellationToken)
    {
        replica = await StartAsync(Folder("replica"), cancellationToken);
        Replica = replica.ConnectionString;
    }

    public async Task StopReplicaAsync()
    {
        if (replica is not null)
        {
            await replica.DisposeAsync();
            replica = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopReplicaAsync();
        if (primary is not null)
        {
            await primary.DisposeAsync();
        }
        folder.Dispose();
    }

    private static Task<EmbeddedPostgres> StartAsync(string folder, CancellationToken ct) =>
        EmbeddedPostgres.StartAsync(
            new EmbeddedPostgresOptions { DataDirectory = folder, Durable = false },
            NullLogger.Instance,
            TimeProvider.System,
            ct
        );

    private string Folder(string name)
    {
        var path = Directory.CreateDirectory(Path.Combine(folder.Location, name));
        path.UnixFileMode |= UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return path.FullName;
    }

    private async Task CopyAsync(CancellationToken ct)
    {
        var home = PostgresHome.Locate(Folder("replica"), EmbeddedPostgresOptions.DefaultPort);
        var account = await PostgresAccount.FindAsync(home, ct);
        // Beside the server's programs on PATH there may be no others.
        var binaries = await PostgresBinaries.FindAsync(
            PostgresBinaries.Candidates().Where(d => File.Exists(Path.Combine(d, Program))),
            PostgresHome
                .Locate(Folder("primary"), EmbeddedPostgresOptions.DefaultPort)
                .ClusterMajor,
            ct
        );
        home.Prepare(account);
        var from = new NpgsqlConnectionStringBuilder(Primary);
        var backup = account.Command(
            Path.Combine(binaries.Directory, Program),
            [
                $"--host={from.Host}",
                string.Create(CultureInfo.InvariantCulture, $"--port={from.Port}"),
                $"--username={from.Username}",
                $"--pgdata={home.Cluster}",
                "--write-recovery-conf",
                "--wal-method=stream",
                "--checkpoint=fast",
                "--no-sync",
            ],
            home.Root
        );
        var (exitCode, output) = await PostgresTool.RunAsync(backup, ct);
        exitCode.ShouldBe(0, output);
    }
}
