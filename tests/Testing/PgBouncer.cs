using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Jobs.Testing;

/// <summary>
/// A real PgBouncer before the server of a test, in transaction mode with few connections: what a session keeps is gone
/// or somebody else's with the next transaction.
/// </summary>
public sealed class PgBouncer : IAsyncDisposable
{
    private const int Connections = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

    private readonly Process process;
    private readonly TestFolder folder;

    private PgBouncer(Process process, TestFolder folder, string connectionString) =>
        (this.process, this.folder, ConnectionString) = (process, folder, connectionString);

    /// <summary>Leads through it.</summary>
    public string ConnectionString { get; }

    /// <summary>Starts it before a database, and returns when it answers.</summary>
    public static async Task<PgBouncer> StartAsync(
        string connectionString,
        CancellationToken cancellationToken
    )
    {
        var target = new NpgsqlConnectionStringBuilder(connectionString);
        var folder = new TestFolder();
        var port = HostProcess.FreePort();
        var settings = Path.Combine(folder.Location, "pgbouncer.ini");
        var password = target.Password is { } secret ? $" password='{secret}'" : "";
        await File.WriteAllTextAsync(
            settings,
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                [databases]
                {target.Database} = host='{target.Host}' port={target.Port} user='{target.Username}'{password}

                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = {port}
                unix_socket_dir =
                auth_type = any
                pool_mode = transaction
                default_pool_size = {Connections}
                max_client_conn = 200
                """
            ),
            cancellationToken
        );
        var arguments = new List<string> { settings };
        if (Environment.IsPrivilegedProcess)
        {
            // It refuses to be root. The socket of a server of our own is open to its owner alone.
            arguments.AddRange(["-u", await OwnerAsync(target.Host!, cancellationToken)]);
        }
        var process =
            Process.Start(
                new ProcessStartInfo("pgbouncer", arguments)
                {
                    UseShellExecute = false,
                    RedirectStandardError = true,
                    RedirectStandardOutput = true,
                }
            ) ?? throw new InvalidOperationException("pgbouncer did not start.");
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        var through = new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = port,
            Database = target.Database,
            Username = target.Username,
        };
        var bouncer = new PgBouncer(process, folder, through.ConnectionString);
        await bouncer.AnswersAsync(cancellationToken);
        return bouncer;
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
        folder.Dispose();
    }

    private static async Task<string> OwnerAsync(string host, CancellationToken cancellationToken)
    {
        if (!Path.IsPathRooted(host))
        {
            return "nobody";
        }
        using var stat = Process.Start(
            new ProcessStartInfo("stat", ["-c", "%U", host])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
            }
        )!;
        var owner = await stat.StandardOutput.ReadToEndAsync(cancellationToken);
        await stat.WaitForExitAsync(cancellationToken);
        return owner.Trim();
    }

    private async Task AnswersAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(
                    $"{ConnectionString};Pooling=false"
                );
                await connection.OpenAsync(limit.Token);
                return;
            }
            catch (NpgsqlException) when (!process.HasExited)
            {
                await Task.Delay(LookInterval, TimeProvider.System, limit.Token);
            }
        }
    }
}
