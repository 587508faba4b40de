using Jobs.Resilience;
using Npgsql;

namespace Jobs.Kinds.Queries.Reports;

/// <summary>A database that reports read, with a small pool. Thread-safe; owns the pool, which it makes when it is needed.</summary>
/// <param name="name">As reports name it.</param>
/// <param name="options">Of what is configured; without a connection string it is that of <paramref name="access"/>.</param>
/// <param name="access">How reports come to the service's own database; null for others.</param>
/// <param name="breaker">Before its calls; null where they go on whatever failed.</param>
internal sealed class ReportSource(
    string name,
    ReportSourceOptions options,
    ReportAccess? access,
    Breaker? breaker
) : IAsyncDisposable
{
    private const string PoolName = "jobs-reports";

    // Waiting here for the end of another report is no failure to connect.
    private readonly SemaphoreSlim free = new(options.MaxConnections);
    private NpgsqlDataSource? pool;

    public string Name { get; } = name;

    /// <summary>A role to take in each transaction; empty for none.</summary>
    public string Role { get; } = options.Role;

    /// <summary>Whether reports run although their session may do everything.</summary>
    public bool AllowSuperuser { get; } = options.AllowSuperuser;

    /// <summary>How reports come to the service's own database, where this is it.</summary>
    public ReportAccess? Access { get; } = access;

    /// <summary>Does something while one of the connections is free for it; default where none came free in time.</summary>
    public async Task<T?> WithConnectionAsync<T>(
        TimeSpan patience,
        Func<CancellationToken, ValueTask<T>> call,
        Func<T, bool> fails,
        CancellationToken cancellationToken
    )
        where T : class
    {
        if (!await free.WaitAsync(patience, cancellationToken))
        {
            return null;
        }
        try
        {
            return breaker is null
                ? await call(cancellationToken)
                : await breaker.RunAsync(call, fails, cancellationToken);
        }
        finally
        {
            free.Release();
        }
    }

    public async ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        if (pool is null)
        {
            var settings = options.ConnectionString is { Length: > 0 } configured
                ? configured
                : await Access!.SignInAsync(cancellationToken);
            var made = Pool(settings);
            if (Interlocked.CompareExchange(ref pool, made, null) is not null)
            {
                await made.DisposeAsync();
            }
        }
        return await pool.OpenConnectionAsync(cancellationToken);
    }

    /// <summary>Whether the reason why there is no connection is that the service's own database lets no report in.</summary>
    public bool IsClosed(PostgresException e) =>
        Access is not null
        && e.SqlState
            is PostgresErrorCodes.InsufficientPrivilege
                or PostgresErrorCodes.InvalidPassword
                or PostgresErrorCodes.InvalidAuthorizationSpecification;

    public async ValueTask DisposeAsync()
    {
        free.Dispose();
        if (pool is not null)
        {
            await pool.DisposeAsync();
        }
    }

    // A session is reset before it is used again, whatever a report has set in it.
    private NpgsqlDataSource Pool(string settings) =>
        new NpgsqlDataSourceBuilder(
            new NpgsqlConnectionStringBuilder(settings)
            {
                Pooling = true,
                MaxPoolSize = options.MaxConnections,
                NoResetOnClose = false,
                MaxAutoPrepare = 0,
                ApplicationName = PoolName,
            }.ConnectionString
        )
        {
            Name = PoolName,
        }.Build();
}
