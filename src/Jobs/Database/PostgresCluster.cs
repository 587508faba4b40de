using System.Globalization;

namespace Jobs.Database;

/// <summary>The files of the embedded database; to be used by the owner of its home only.</summary>
internal sealed class PostgresCluster(PostgresHome home, PostgresAccount account, TimeProvider time)
{
    public const string User = "jobs";
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan FastShutdown = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ImmediateShutdown = TimeSpan.FromSeconds(10);

    /// <summary>Makes the cluster where there is none; returns whether it did.</summary>
    public async Task<bool> CreateAsync(
        PostgresBinaries binaries,
        bool durable,
        CancellationToken ct
    )
    {
        if (home.ClusterMajor is not null)
        {
            return false;
        }
        // Moved into place when it is whole, so that a cluster is never half made.
        var draft = Path.Combine(home.Root, "data.new");
        if (Directory.Exists(draft))
        {
            Directory.Delete(draft, recursive: true);
        }
        string[] arguments =
        [
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            $"--username={User}",
            $"--pgdata={draft}",
            .. durable ? Array.Empty<string>() : ["--no-sync"],
        ];
        var initdb = account.Command(binaries.InitDb, arguments, home.Root);
        var (exitCode, output) = await PostgresTool.RunAsync(initdb, ct);
        if (exitCode != 0)
        {
            throw new EmbeddedPostgresException(
                $"initdb failed with exit code {exitCode}: {output}"
            );
        }
        Directory.Move(draft, home.Cluster);
        return true;
    }

    /// <summary>
    /// Ends a server that outlived its owner, or waits until it has ended by itself; removes a stale process file
    /// whose number now belongs to another program. Returns the process that was ended, or null.
    /// </summary>
    /// <exception cref="EmbeddedPostgresException">The server does not end.</exception>
    public async Task<int?> EvictAsync(CancellationToken ct)
    {
        if (PostmasterFile.Read(home.Cluster) is not { } processId)
        {
            return null;
        }
        if (!PostmasterFile.IsServer(processId, home.Cluster))
        {
            // PostgreSQL would take any living process of its user with this number for a server.
            File.Delete(PostmasterFile.PathIn(home.Cluster));
            return null;
        }
        (int Signal, TimeSpan Patience)[] steps =
        [
            (PosixCalls.Interrupt, FastShutdown),
            (PosixCalls.Quit, ImmediateShutdown),
        ];
        foreach (var (signal, patience) in steps)
        {
            _ = PosixCalls.Signal(processId, signal);
            for (var started = time.GetTimestamp(); time.GetElapsedTime(started) < patience; )
            {
                if (!PostmasterFile.IsServer(processId, home.Cluster))
                {
                    return processId;
                }
                await Task.Delay(Poll, time, ct);
            }
        }
        throw new EmbeddedPostgresException(
            string.Create(
                CultureInfo.InvariantCulture,
                $"An earlier server (process {processId}) still runs in '{home.Cluster}' and does not end."
            )
        );
    }
}
