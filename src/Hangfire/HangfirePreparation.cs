using Jobs.Database;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Jobs.HangfireEngine;

/// <summary>
/// Brings Hangfire's tables up to date with the package when the host starts, whether it works or only shows the
/// dashboard; tries until the database answers. Thread-safe.
/// </summary>
internal sealed class HangfirePreparation(
    HangfireStorage storage,
    DatabaseReadiness readiness,
    TimeProvider time,
    ILogger<HangfirePreparation> log
) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource done = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );

    /// <summary>Ends once the tables are there; never fails.</summary>
    public Task Done => done.Task;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.Migrated.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await storage.PrepareAsync(stoppingToken);
                done.SetResult();
                return;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.NotPrepared(e);
                await Task.Delay(Pause, time, stoppingToken);
            }
        }
    }
}
