using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Jobs.Testing.Chaos;

/// <summary>
/// The network between a worker and PostgreSQL, which can fail: stand still, lose what is under way, cut connections,
/// lose the answer to a statement, or keep every notice to itself. Thread-safe.
/// </summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private readonly NpgsqlConnectionStringBuilder server;
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<ProxiedConnection, Task> connections = new();
    private readonly CancellationTokenSource end = new();
    private readonly Task accepting;
    private TaskCompletionSource? stalled;
    private int swallowed;

    private TcpProxy(string connectionString, bool deaf)
    {
        Deaf = deaf;
        server = new NpgsqlConnectionStringBuilder(connectionString);
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>Starts it in front of the server of a connection string.</summary>
    /// <param name="deaf">Whether notices are kept from those who listen.</param>
    public static TcpProxy Start(string connectionString, bool deaf = false) =>
        new(connectionString, deaf);

    /// <summary>The way through it. Nothing is encrypted: it reads along.</summary>
    public string ConnectionString =>
        new NpgsqlConnectionStringBuilder(server.ConnectionString)
        {
            Host = "127.0.0.1",
            Port = ((IPEndPoint)listener.LocalEndpoint).Port,
            SslMode = SslMode.Disable,
            GssEncryptionMode = GssEncryptionMode.Disable,
            // A connection that has gone silent is given up after this long.
            CommandTimeout = 4,
        }.ConnectionString;

    /// <summary>Whether notices are kept from those who listen.</summary>
    public bool Deaf { get; }

    /// <summary>Notices that were.</summary>
    public int Swallowed => swallowed;

    /// <summary>From now on nothing goes through, in either direction, until <see cref="Resume"/>.</summary>
    public void Stall() =>
        Interlocked.CompareExchange(
            ref stalled,
            new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously),
            null
        );

    /// <summary>What was stalled arrives.</summary>
    public void Resume() => Interlocked.Exchange(ref stalled, null)?.SetResult();

    /// <summary>The connections that there are never say anything again, and neither end hears of it; new ones work.</summary>
    public void Silence()
    {
        foreach (var connection in connections.Keys)
        {
            connection.Silent = true;
        }
    }

    /// <summary>Both ends of all connections are told that they are broken.</summary>
    public void Reset()
    {
        foreach (var connection in connections.Keys)
        {
            connection.Reset();
        }
    }

    /// <summary>
    /// The next statement that carries these bytes reaches the server, and its connection breaks instead of the answer;
    /// the task ends when that has happened.
    /// </summary>
    public Task LoseAnswer(ReadOnlyMemory<byte> to)
    {
        var trap = new AnswerTrap(to);
        Trap = trap;
        return trap.Sprung;
    }

    internal AnswerTrap? Trap { get; set; }

    internal Task OpenAsync(CancellationToken cancellationToken) =>
        Volatile.Read(ref stalled)?.Task.WaitAsync(cancellationToken) ?? Task.CompletedTask;

    internal void CountSwallowed() => Interlocked.Increment(ref swallowed);

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        listener.Stop();
        await accepting;
        Reset();
        Resume();
        await Task.WhenAll(connections.Values);
        end.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                var client = await listener.AcceptSocketAsync(end.Token);
                var connection = new ProxiedConnection(this, client, NewSocket());
                connections[connection] = RunAsync(connection);
            }
            catch (Exception e)
                when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // Stopped, or a client that was gone before it was accepted.
            }
        }
    }

    private async Task RunAsync(ProxiedConnection connection)
    {
        await Task.Yield();
        await connection.RunAsync(ServerEnd(), end.Token);
        connections.TryRemove(connection, out _);
    }

    private bool IsSocketFile => server.Host!.StartsWith('/');

    private Socket NewSocket() =>
        IsSocketFile
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    private EndPoint ServerEnd() =>
        IsSocketFile
            ? new UnixDomainSocketEndPoint($"{server.Host}/.s.PGSQL.{server.Port}")
            : new DnsEndPoint(server.Host!, server.Port);
}
