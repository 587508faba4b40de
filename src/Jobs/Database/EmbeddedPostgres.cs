using Microsoft.Extensions.Logging;

namespace Jobs.Database;

/// <summary>
/// A PostgreSQL that this process runs, or joins where another process on the same data directory runs it. One
/// process owns the server; it starts it again when it dies and stops it at the end. The others watch, and the first
/// to notice that the owner has gone takes the server up, so a worker survives a restart of the web host.
/// </summary>
/// <remarks>
/// Thread-safe. The server dies with its owner, however that ends (parent-death signal), and what an owner left
/// behind, a stale process file or a server that still shuts down, is cleared by the next one.
/// </remarks>
public sealed class EmbeddedPostgres : IAsyncDisposable
{
    private static readonly TimeSpan OwnershipPoll = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(5);

    // A server that ran this long was well: the backoff starts anew.
    private static readonly TimeSpan WellAfter = TimeSpan.FromSeconds(10);

    // Tries before the first success: enough for the children of a killed server to go away.
    private const int FirstTries = 6;

    private readonly EmbeddedPostgresOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly PostgresHome _home;
    private readonly PostgresProbe _probe;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _ready = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );
    private readonly Lock _lock = new();
    private Task? _keeper;

    internal EmbeddedPostgres(EmbeddedPostgresOptions options, ILogger logger, TimeProvider time)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new EmbeddedPostgresException(
                "The embedded PostgreSQL runs on Linux and macOS; set ConnectionStrings__Jobs to a server."
            );
        }
        _options = options;
        _logger = logger;
        _time = time;
        _home = PostgresHome.Locate(Path.GetFullPath(options.DataDirectory), options.Port);
        _probe = new PostgresProbe(_home, options, time);
    }

    /// <summary>Of the database <c>jobs</c>; valid for the life of this object, over restarts of the server too.</summary>
    public string ConnectionString => _probe.ConnectionString;

    /// <summary>The server's process, whoever started it; 0 while it does not run.</summary>
    public int ProcessId => PostmasterFile.Read(_home.Cluster) ?? 0;

    /// <summary>Whether this process runs the server; otherwise it has joined another's.</summary>
    public bool IsOwner { get; private set; }

    /// <summary>Starts or joins the server and returns when it answers and has a database <c>jobs</c>.</summary>
    /// <exception cref="EmbeddedPostgresException">It cannot be had; the message says what to do.</exception>
    public static async Task<EmbeddedPostgres> StartAsync(
        EmbeddedPostgresOptions options,
        ILogger logger,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var server = new EmbeddedPostgres(options, logger, time);
        try
        {
            await server.WaitUntilReadyAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops the server where this process owns it, and waits for its end. Connections are cut.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Task? keeper;
        lock (_lock)
        {
            keeper = _keeper;
        }
        await (keeper ?? Task.CompletedTask);
    }

    /// <summary>Starts or joins the server, once however often it is called, and waits until it first answers.</summary>
    internal async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _keeper ??= Task.Run(KeepAsync, CancellationToken.None);
        }
        try
        {
            await _ready.Task.WaitAsync(_options.StartTimeout, _time, cancellationToken);
        }
        catch (TimeoutException failure)
        {
            throw new EmbeddedPostgresException(
                $"The embedded PostgreSQL did not answer within {_options.StartTimeout}; its log is in '{_home.Log}'.",
                failure
            );
        }
    }

    private async Task KeepAsync()
    {
        var failures = 0;
        while (!_stop.IsCancellationRequested)
        {
            await using var ownership = _home.TryOwn();
            if (ownership is null)
            {
                await JoinAsync();
                await PauseAsync(OwnershipPoll);
                continue;
            }
            var started = _time.GetTimestamp();
            var failure = await OwnAsync();
            if (failure is null)
            {
                break;
            }
            failures = _time.GetElapsedTime(started) > WellAfter ? 1 : failures + 1;
            var final = failure is EmbeddedPostgresException || failures >= FirstTries;
            if (final && _ready.TrySetException(failure))
            {
                return;
            }
            var delay = FirstBackoff * Math.Pow(2, Math.Min(failures - 1, 10));
            delay = delay < LongestBackoff ? delay : LongestBackoff;
            DatabaseLog.ServerFailed(_logger, failure.Message, delay);
            await PauseAsync(delay);
        }
        _ready.TrySetCanceled(_stop.Token);
    }

    private async Task JoinAsync()
    {
        if (!_ready.Task.IsCompleted && await _probe.AnswersAsync(_stop.Token))
        {
            DatabaseLog.ServerJoined(_logger, _home.Root);
            _ready.TrySetResult();
        }
    }

    /// <summary>Runs the server until we are to stop, or until it ends by itself: then why.</summary>
    private async Task<Exception?> OwnAsync()
    {
        Postmaster? server = null;
        IsOwner = true;
        try
        {
            server = await StartServerAsync();
            await _probe.WaitForServerAsync(server, _stop.Token);
            await _probe.CreateDatabaseAsync(_stop.Token);
            DatabaseLog.ServerRuns(_logger, server.ProcessId, _home.SocketDirectory, _options.Port);
            _ready.TrySetResult();
            return server.Ended(await server.Exited.WaitAsync(_stop.Token));
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception failure)
        {
            return failure;
        }
        finally
        {
            IsOwner = false;
            if (server is { Exited.IsCompleted: false })
            {
                await server.StopAsync(_time);
                DatabaseLog.ServerStopped(_logger);
            }
        }
    }

    private async Task<Postmaster> StartServerAsync()
    {
        var account = await PostgresAccount.FindAsync(_home, _stop.Token);
        var binaries = await PostgresBinaries.FindAsync(
            PostgresBinaries.Candidates(),
            _home.ClusterMajor,
            _stop.Token
        );
        _home.Prepare(account);
        var cluster = new PostgresCluster(_home, account, _time);
        if (await cluster.CreateAsync(binaries, _options.Durable, _stop.Token))
        {
            DatabaseLog.ClusterMade(_logger, binaries.Major, _home.Cluster);
        }
        if (await cluster.EvictAsync(_stop.Token) is { } evicted)
        {
            DatabaseLog.ServerEvicted(_logger, evicted);
        }
        var arguments = PostgresSettings.Arguments(_home, _options);
        return await Postmaster.StartAsync(
            account.Command(binaries.Server, arguments, _home.Cluster),
            _time
        );
    }

    private Task PauseAsync(TimeSpan delay) =>
        Task.Delay(delay, _time, _stop.Token)
            .ContinueWith(
                _ => { },
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default
            );
}
