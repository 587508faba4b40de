using Hangfire;
using Hangfire.PostgreSql;
using Jobs.Database;
using Jobs.Engine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Jobs.HangfireEngine;

/// <summary>
/// Hangfire's tables: the schema <c>hangfire</c> of the same database, over connections of their own. Made before the
/// database is there; what is in it only once <see cref="PrepareAsync"/> has ended. Thread-safe.
/// </summary>
internal sealed class HangfireStorage : IConnectionFactory
{
    // Installed by many processes at once, its scripts refuse each other.
    private const string Exclude = "select pg_advisory_lock(hashtext('jobs.hangfire'))";
    private const string Release = "select pg_advisory_unlock(hashtext('jobs.hangfire'))";

    private readonly Lazy<string> address;

    public HangfireStorage(
        IServiceProvider services,
        IOptions<HangfireOptions> options,
        IOptions<EngineOptions> engine
    )
    {
        address = new(() => AddressOf(services.GetRequiredService<JobsDataSource>(), engine.Value));
        Storage = new PostgreSqlStorage(
            this,
            new PostgreSqlStorageOptions
            {
                SchemaName = "hangfire",
                PrepareSchemaIfNecessary = false,
                EnableLongPolling = options.Value.Notifications,
                QueuePollInterval = engine.Value.PollInterval,
                // A job that runs says so five times in this time, however long it takes.
                UseSlidingInvisibilityTimeout = true,
                InvisibilityTimeout = engine.Value.LeaseTime,
                DistributedLockTimeout = TimeSpan.FromMinutes(1),
                JobExpirationCheckInterval = TimeSpan.FromMinutes(5),
                DeleteExpiredBatchSize = 10_000,
            }
        )
        {
            JobExpirationTimeout = options.Value.Retention,
        };
    }

    public JobStorage Storage { get; }

    NpgsqlConnection IConnectionFactory.GetOrCreateConnection() => new(address.Value);

    /// <summary>Brings the schema up to date with the package.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(address.Value);
        await connection.OpenAsync(cancellationToken);
        await ExecuteAsync(connection, Exclude, cancellationToken);
        PostgreSqlObjectsInstaller.Install(connection);
        await ExecuteAsync(connection, Release, cancellationToken);
    }

    private static async Task ExecuteAsync(
        NpgsqlConnection connection,
        string statement,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static string AddressOf(JobsDataSource database, EngineOptions engine)
    {
        var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        settings.ApplicationName = $"{settings.ApplicationName}-hangfire";
        // A worker has one to fetch with and one to listen on; some more for what runs beside them.
        settings.MaxPoolSize = (2 * engine.Slots) + 12;
        settings.Timeout = 15;
        // It listens, and must not go on listening for whoever takes the connection next.
        settings.NoResetOnClose = false;
        settings.MaxAutoPrepare = 0;
        // Connections that listen are made anew by their connection string.
        settings.PersistSecurityInfo = true;
        return settings.ConnectionString;
    }
}
