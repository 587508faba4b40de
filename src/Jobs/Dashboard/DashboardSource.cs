using Jobs.Database;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Jobs.Dashboard;

/// <summary>
/// Where the dashboard reads: the replica of <c>ConnectionStrings:JobsReplica</c>, or the database itself where there
/// is none or it does not answer. Thread-safe; owns the pool on the replica.
/// </summary>
public sealed class DashboardSource : IAsyncDisposable
{
    private readonly JobsDataSource database;
    private readonly NpgsqlDataSource? replica;
    private readonly ILogger<DashboardSource> log;

    public DashboardSource(
        IConfiguration configuration,
        JobsDataSource database,
        ILogger<DashboardSource> log
    )
    {
        (this.database, this.log) = (database, log);
        if (configuration.GetConnectionString("JobsReplica") is { Length: > 0 } connectionString)
        {
            var settings = new NpgsqlConnectionStringBuilder(connectionString)
            {
                ApplicationName = "jobs-dashboard",
                MaxPoolSize = 4,
                Timeout = 2,
            };
            replica = new NpgsqlDataSourceBuilder(settings.ConnectionString)
            {
                Name = "jobs-dashboard",
            }.Build();
        }
    }

    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        if (replica is not null)
        {
            try
            {
                return await replica.OpenConnectionAsync(cancellationToken);
            }
            catch (NpgsqlException e)
            {
                log.ReplicaAway(e);
            }
        }
        return await database.Requests.OpenConnectionAsync(cancellationToken);
    }

    /// <summary>
    /// Reads the answer to a statement that is planned as those of the engine are: by indexes, however few rows there
    /// were when it was planned.
    /// </summary>
    internal async Task<T> ReadAsync<T>(
        Func<NpgsqlBatchCommand> command,
        Func<NpgsqlDataReader, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken
    )
    {
        if (replica is not null)
        {
            try
            {
                return await EnginePlanner.ReadAsync(replica, command(), read, cancellationToken);
            }
            catch (NpgsqlException e)
            {
                log.ReplicaAway(e);
            }
        }
        return await EnginePlanner.ReadAsync(database.Requests, command(), read, cancellationToken);
    }

    public ValueTask DisposeAsync() => replica?.DisposeAsync() ?? ValueTask.CompletedTask;
}
