using Jobs.CrashHost;
using Jobs.Testing;
using Jobs.Testing.Chaos;
using Npgsql;

namespace Jobs.Bench.Chaos;

/// <summary>
/// Worker processes, each with a clock and a network of its own, and what is done to them and to their server. Not
/// thread-safe.
/// </summary>
internal sealed class ChaosWorkers : IAsyncDisposable
{
    public const int Count = 3;

    // Slots of a worker, and items of a chunk at once.
    private const int AtOnceEach = 4 * 4;
    private const int Restarts = 6;
    private const string Terminate = """
        select count(pg_terminate_backend(pid))
        from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and hashint4(pid + $1) % 2 = 0
        """;

    private static readonly byte[] InSettle = System.Text.Encoding.UTF8.GetBytes(CrashItem.Mark);
    private readonly ChaosServer server;
    private readonly TestFolder folder;
    private readonly Random random;
    private readonly NpgsqlDataSource admin;
    private readonly TcpProxy[] networks;
    private readonly HostProcess[] workers;

    public ChaosWorkers(ChaosServer server, TestFolder folder, Random random)
    {
        (this.server, this.folder, this.random) = (server, folder, random);
        admin = NpgsqlDataSource.Create(server.ConnectionString);
        // The first hears no notice.
        networks =
        [
            .. Enumerable
                .Range(0, Count)
                .Select(i => TcpProxy.Start(server.ConnectionString, deaf: i == 0)),
        ];
        workers = [.. networks.Select(Start)];
    }

    public static TimeSpan LeaseTime { get; } = TimeSpan.FromSeconds(5);

    /// <summary>Items that all of them execute at once.</summary>
    public static int AtOnce => Count * AtOnceEach;

    /// <summary>As many blows as there are seconds; PostgreSQL restarts among them, and in the end all but one worker die.</summary>
    public IReadOnlyList<Blow> Draw(int seconds)
    {
        var every = Math.Max(2, seconds / Restarts);
        return
        [
            .. Enumerable
                .Range(1, seconds)
                .Select(second =>
                    second % every != 0 ? Draw()
                    : second / every % 2 == 0
                        ? new Blow("PostgreSQL restarts fast", server.RestartFastAsync)
                    : new Blow("PostgreSQL restarts immediately", server.RestartImmediateAsync)
                ),
            new Blow(
                "all workers but one are killed at once",
                ct => Task.WhenAll(workers.Skip(1).Select(w => w.KillAsync(ct)))
            ),
        ];
    }

    /// <summary>All workers run, and every network works.</summary>
    public Task HealAsync(CancellationToken cancellationToken)
    {
        for (var i = 1; i < Count; i++)
        {
            Restart(i);
        }
        Array.ForEach(networks, n => n.Resume());
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        Array.ForEach(workers, w => w.Dispose());
        foreach (var network in networks)
        {
            await network.DisposeAsync();
        }
        await admin.DisposeAsync();
    }

    private Blow Draw()
    {
        var one = random.Next(Count);
        var network = networks[one];
        return random.Next(12) switch
        {
            0 or 1 => new Blow("every other backend is terminated", TerminateAsync),
            2 => On("connections of a worker are reset", network.Reset),
            3 => On("connections of a worker fall silent for ever", network.Silence),
            4 => On("the network of a worker stands still for a while", () => Still(network)),
            // Not waited for: this worker may have nothing to settle.
            5 or 6 => On(
                "the answer to a settlement is lost",
                () => _ = network.LoseAnswer(InSettle)
            ),
            _ => new(
                "a worker is killed and started again, with another clock",
                async ct =>
                {
                    await workers[one].KillAsync(ct);
                    Restart(one);
                }
            ),
        };
    }

    private static Blow On(string name, Action strike) =>
        new(
            name,
            _ =>
            {
                strike();
                return Task.CompletedTask;
            }
        );

    // Longer than a lease, or not.
    private void Still(TcpProxy network)
    {
        network.Stall();
        _ = ResumeLaterAsync(network, LeaseTime * (2 * random.NextDouble()));
    }

    private static async Task ResumeLaterAsync(TcpProxy network, TimeSpan after)
    {
        await Task.Delay(after, TimeProvider.System, CancellationToken.None);
        network.Resume();
    }

    private async Task TerminateAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var command = admin.CreateCommand(Terminate);
            command.Parameters.Add(new() { Value = random.Next() / 2 });
            await command.ExecuteScalarAsync(cancellationToken);
        }
        catch (NpgsqlException)
        {
            // The server is away: there is nothing to terminate.
        }
    }

    private void Restart(int index)
    {
        workers[index].Dispose();
        workers[index] = Start(networks[index]);
    }

    private HostProcess Start(TcpProxy network) =>
        WorkerProcess.Start(
            folder,
            network.ConnectionString,
            LeaseTime,
            TimeSpan.FromHours((random.NextDouble() * 24) - 12)
        );
}
