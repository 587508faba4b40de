using Jobs.Migrations;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Jobs.Database;

/// <summary>
/// Starts the embedded server and brings the schema up to date before any other service of the host starts. A
/// configured server that is down is tried until it answers, while the host starts without it.
/// </summary>
internal sealed class DatabaseStartup(
    DatabaseAddress address,
    JobsDataSource database,
    DatabaseReadiness readiness,
    TimeProvider time,
    ILogger<DatabaseStartup> logger
) : IHostedLifecycleService, IDisposable
{
    private const int WeeksAhead = 3;

    // How long the start of the host waits for a configured server.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private Task _migration = Task.CompletedTask;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (address.Embedded is { } embedded)
        {
            // Without this server there is nothing to wait for: the start fails and says why.
            await embedded.WaitUntilReadyAsync(cancellationToken);
            await MigrateAsync(cancellationToken);
            return;
        }
        _migration = MigrateUntilDoneAsync();
        await Task.WhenAny(_migration, Task.Delay(Patience, time, cancellationToken));
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => _stop.CancelAsync();

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => _migration;

    public void Dispose() => _stop.Dispose();

    private async Task MigrateUntilDoneAsync()
    {
        var delay = FirstDelay;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await MigrateAsync(_stop.Token);
                return;
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                DatabaseLog.NotMigrated(logger, failure.Message, delay);
            }
            await Task.WhenAny(Task.Delay(delay, time, _stop.Token));
            delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay;
        }
    }

    private async Task MigrateAsync(CancellationToken cancellationToken)
    {
        var applied = await SchemaMigrator.MigrateAsync(
            database.SessionConnectionString,
            time,
            cancellationToken
        );
        await using var partitions = database.Requests.CreateCommand(
            "select jobs.ensure_partitions(now(), $1)"
        );
        partitions.Parameters.Add(new NpgsqlParameter { Value = WeeksAhead });
        await partitions.ExecuteNonQueryAsync(cancellationToken);
        DatabaseLog.Migrated(logger, applied.Count == 0 ? "none" : string.Join(", ", applied));
        readiness.SetMigrated();
    }
}
