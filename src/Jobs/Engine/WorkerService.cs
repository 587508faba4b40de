using Jobs.Database;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Jobs.Engine;

/// <summary>
/// The worker of this process. It stops in two steps: first it takes no further work and lets running items finish;
/// when the time of grace is over it cancels them and hands back what has not ended.
/// </summary>
internal sealed class WorkerService(
    DatabaseReadiness readiness,
    IDispatcher dispatcher,
    RunningChunks running,
    Settler settler,
    Heartbeat heartbeat,
    DueWork due,
    WorkerRegistry registry,
    Cancellations cancellations,
    EngineMeter meter,
    IOptions<EngineOptions> options,
    TimeProvider time,
    ILogger<WorkerService> log
) : BackgroundService
{
    // After the time of grace, for what was cancelled to end and to be written.
    private static readonly TimeSpan LastCall = TimeSpan.FromSeconds(3);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Enabled)
        {
            return;
        }
        await readiness.Migrated.WaitAsync(stoppingToken);
        await heartbeat.RegisterAsync(stoppingToken);
        meter.ObserveSlots(options.Value.Slots, () => running.Count);
        cancellations.Cancelled += running.CancelBatch;

        using var end = new CancellationTokenSource();
        using var giveUp = new CancellationTokenSource();
        var settling = settler.RunAsync(giveUp.Token);
        Task[] beside =
        [
            heartbeat.RunAsync(end.Token),
            due.RunAsync(end.Token),
            ProgressAsync(end.Token),
        ];

        var leases = dispatcher.RunAsync(() => heartbeat.Worker, stoppingToken, giveUp.Token);
        // Only leasing ends, and only when the host stops. A part that fails ends the host: half a worker keeps leases.
        await await Task.WhenAny([leases, settling, .. beside]);
        await leases;

        heartbeat.MarkStopping();
        await DrainAsync(giveUp);
        settler.Complete();
        await settling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await end.CancelAsync();
        await Task.WhenAll(beside).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellations.Cancelled -= running.CancelBatch;
        await LeaveAsync();
    }

    private async Task DrainAsync(CancellationTokenSource giveUp)
    {
        var idle = running.WhenIdleAsync();
        log.Draining(options.Value.GracePeriod);
        try
        {
            await idle.WaitAsync(options.Value.GracePeriod, time, giveUp.Token);
        }
        catch (TimeoutException)
        {
            running.AbortAll();
        }
        giveUp.CancelAfter(LastCall);
        await idle.WaitAsync(LastCall, time, CancellationToken.None)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task ProgressAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(options.Value.ProgressInterval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            try
            {
                await running.SettleProgressAsync(cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                log.ProgressFailed(e);
            }
        }
    }

    private async Task LeaveAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(LastCall);
            await registry.LeaveAsync(heartbeat.Worker, limit.Token);
            log.WorkerStopped(heartbeat.Worker);
        }
        catch (Exception e)
            when (e
                    is NpgsqlException
                        or IOException
                        or TimeoutException
                        or OperationCanceledException
            )
        {
            log.HeartbeatFailed(e);
        }
    }
}
