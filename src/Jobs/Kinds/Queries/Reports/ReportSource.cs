using Jobs.Resilience;
using Npgsql;

namespace Jobs.Kinds.Queries.Reports;

/// <summary>A database that reports read, with a small pool. Thread-safe; owns the pool, which it makes when it is needed.</summary>
internal sealed class ReportSource(
    string connectionString,
    int connections,
    string role,
    bool allowSuperuser,
    Breaker? breaker
) : IAsyncDisposable
{
    private const string Name = "jobs-reports";

    // Waiting here for the end of another report is no failure to connect.
    private readonly SemaphoreSlim free = new(connections);

    // A session is reset before it is used again, whatever a report has set in it.
    private readonly Lazy<NpgsqlDataSource> pool = new(() =>
        new NpgsqlDataSourceBuilder(
            new NpgsqlConnectionStringBuilder(connectionString)
            {
                MaxPoolSize = connections,
                NoResetOnClose = false,
                MaxAutoPrepare = 0,
                ApplicationName = Name,
            }.ConnectionString
        )
        {
            Name = Name,
        }.Build()
    );

    /// <summary>A role to take in each transaction; empty for none.</summary>
    public string Role { get; } = role;

    /// <summary>Whether reports run although their session is a superuser's.</summary>
    public bool AllowSuperuser { get; } = allowSuperuser;

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

    public ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken) =>
        pool.Value.OpenConnectionAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        free.Dispose();
        if (pool.IsValueCreated)
        {
            await pool.Value.DisposeAsync();
        }
    }
}
