using Jobs.Database;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Jobs.Dashboard;

/// <summary>
/// Where the dashboard reads: the replica of <c>ConnectionStrings:JobsReplica</c>, or the database itself where there
/// is none, it does not answer, or is too far behind. Thread-safe; owns the pool on the replica.
/// </summary>
public sealed class DashboardSource : IAsyncDisposable
{
    private readonly JobsDataSource database;
    private readonly DashboardReplica? replica;

    public DashboardSource(
        IConfiguration configuration,
        JobsDataSource database,
        IOptions<DashboardOptions> options,
        TimeProvider time,
        ILogger<DashboardSource> log
    )
    {
        this.database = database;
        if (configuration.GetConnectionString("JobsReplica") is { Length: > 0 } connectionString)
        {
            replica = new(connectionString, options.Value.ReplicaLag, time, log);
        }
    }

    /// <summary>
    /// Reads the answer to a statement that is planned as those of the engine are: by indexes, however few rows there
    /// were when it was planned.
    /// </summary>
    internal Task<T> ReadAsync<T>(
        Func<NpgsqlBatchCommand> command,
        Func<NpgsqlDataReader, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken
    ) =>
        ReadAsync(
            (pool, ct) => EnginePlanner.ReadAsync(pool, command(), read, ct),
            cancellationToken
        );

    public ValueTask DisposeAsync() => replica?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task<T> ReadAsync<T>(
        Func<NpgsqlDataSource, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken
    )
    {
        if (replica is not null)
        {
            var (done, value) = await replica.TryAsync(read, cancellationToken);
            if (done)
            {
                return value!;
            }
        }
        return await read(database.Requests, cancellationToken);
    }
}
