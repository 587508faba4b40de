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
    private const string Name = "jobs-hangfire";

    // Installed by many processes at once, its scripts refuse each other.
    private const string Exclude = "select pg_advisory_lock(hashtext('jobs.hangfire'))";

    // Of the process, as Hangfire's own storage is: it may be used until the end.
    private readonly Lazy<NpgsqlDataSource> pool;
    private readonly Lazy<JobsDataSource> database;
    private readonly PostgreSqlJobQueue queue;

    public HangfireStorage(
        IServiceProvider services,
        IOptions<HangfireOptions> options,
        IOptions<EngineOptions> engine
    )
    {
        database = new(services.GetRequiredService<JobsDataSource>);
        pool = new(() =>
            database.Value.Sessions(
                Name,
                settings =>
                {
                    settings.Pooling = true;
                    // One for each worker; some more for what runs beside them.
                    settings.MaxPoolSize = engine.Value.Slots + 12;
                    settings.Timeout = 15;
                }
            )
        );
        var storage = new PostgreSqlStorage(
            this,
            new PostgreSqlStorageOptions
            {
                SchemaName = "hangfire",
                PrepareSchemaIfNecessary = false,
                // It would cost a connection for each worker, made to listen anew for each job: see Wake.
                EnableLongPolling = false,
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
        Storage = storage;
        queue = (PostgreSqlJobQueue)
            storage.QueueProviders.GetProvider(HangfireQueues.Ticks).GetJobQueue();
    }

    public JobStorage Storage { get; }

    NpgsqlConnection IConnectionFactory.GetOrCreateConnection() => pool.Value.CreateConnection();

    /// <summary>
    /// Wakes an idle worker of this process to look into the queues, if there is one. A worker that finds a job wakes the
    /// next, so that as many are awake as there is work for.
    /// </summary>
    public void Wake() => queue.FetchNextJob();

    /// <summary>Brings the schema up to date with the package.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        // Not of the pool: the lock ends with the connection, whatever happens.
        await using var sessions = database.Value.Sessions(Name, s => s.Timeout = 15);
        await using var connection = await sessions.OpenConnectionAsync(cancellationToken);
        await using var exclude = new NpgsqlCommand(Exclude, connection);
        await exclude.ExecuteNonQueryAsync(cancellationToken);
        PostgreSqlObjectsInstaller.Install(connection);
    }
}
