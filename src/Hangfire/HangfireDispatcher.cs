using Hangfire;
using Jobs.Engine;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jobs.HangfireEngine;

/// <summary>
/// Has a Hangfire server in this process and gives Hangfire a job for each chunk that is ready or due later, and for
/// each that lost its job. Not thread-safe; disposed, its server has ended.
/// </summary>
internal sealed class HangfireDispatcher(
    HangfireStorage storage,
    HangfirePreparation preparation,
    HangfireClient client,
    Dispatches dispatches,
    RecurringSchedules schedules,
    ChunkRunner runner,
    JobActivator activator,
    WorkSignal signal,
    Notices notices,
    IOptions<EngineOptions> engine,
    IOptions<HangfireOptions> options,
    TimeProvider time,
    ILogger<HangfireDispatcher> log
) : IDispatcher, IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private BackgroundJobServer? server;

    public IReadOnlyList<Func<CancellationToken, Task<TimeSpan>>> Due =>
        [DispatchScheduledAsync, FollowSchedulesAsync];

    public async Task RunAsync(
        Func<Guid> worker,
        CancellationToken stopping,
        CancellationToken giveUp
    )
    {
        runner.Open(worker, stopping, giveUp);
        Task prepared = preparation.Done.WaitAsync(stopping);
        await prepared.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (stopping.IsCancellationRequested)
        {
            return;
        }
        StartServer();
        long? looked = null;
        while (!stopping.IsCancellationRequested)
        {
            var pause = engine.Value.PollInterval;
            try
            {
                if (looked is null || time.GetElapsedTime(looked.Value) >= pause)
                {
                    looked = time.GetTimestamp();
                    await ForgetAsync(stopping);
                }
                while (await DispatchReadyAsync(stopping)) { }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                // Whatever it was: nobody would start this loop again, and nothing would be dispatched any more.
                log.DispatchFailed(e);
                pause = Pause;
            }
            Task wait = signal.Ready.WaitAsync(pause, stopping);
            await wait.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // Another process may have made jobs.
            storage.Wake();
        }
        await runner.CloseAsync();
        // What runs goes on, and its jobs are ended when it has.
        server!.SendStop();
    }

    public void Dispose() => server?.Dispose();

    private void StartServer()
    {
        string[] queues =
        [
            HangfireQueues.Ticks,
            .. engine.Value.ServedPriorities.Select(HangfireQueues.Of),
        ];
        server = new BackgroundJobServer(
            new BackgroundJobServerOptions
            {
                WorkerCount = engine.Value.Slots,
                Queues = queues,
                Activator = activator,
                FilterProvider = HangfireClient.Filters,
                SchedulePollingInterval = options.Value.DueInterval,
                StopTimeout = engine.Value.GracePeriod,
                ShutdownTimeout = engine.Value.GracePeriod + TimeSpan.FromSeconds(5),
                HeartbeatInterval = engine.Value.HeartbeatInterval,
                ServerTimeout = engine.Value.LeaseTime * 4,
                ServerCheckInterval = engine.Value.LeaseTime,
                CancellationCheckInterval = engine.Value.PollInterval,
            },
            storage.Storage
        );
        log.ServerStarted(engine.Value.Slots, queues);
    }

    private async Task ForgetAsync(CancellationToken cancellationToken)
    {
        var lost = await dispatches.ForgetAsync(cancellationToken);
        if (lost > 0)
        {
            log.JobsLost(lost);
            signal.Wake(scheduled: true);
        }
    }

    /// <summary>Says whether there may be more.</summary>
    private async Task<bool> DispatchReadyAsync(CancellationToken cancellationToken)
    {
        var chosen = await dispatches.ChooseReadyAsync(cancellationToken);
        await DispatchAsync(chosen);
        return chosen.Count == Dispatches.AtOnce;
    }

    private async Task<TimeSpan> DispatchScheduledAsync(CancellationToken cancellationToken)
    {
        await preparation.Done.WaitAsync(cancellationToken);
        var chosen = await dispatches.ChooseScheduledAsync(cancellationToken);
        await DispatchAsync(chosen);
        return chosen.Count == Dispatches.AtOnce ? TimeSpan.Zero : TimeSpan.MaxValue;
    }

    private async Task<TimeSpan> FollowSchedulesAsync(CancellationToken cancellationToken)
    {
        await preparation.Done.WaitAsync(cancellationToken);
        return await schedules.FollowAsync(cancellationToken);
    }

    // Not cancellable half-way: what was made is entered.
    private async Task DispatchAsync(List<Dispatch> chosen)
    {
        var made = new List<(Dispatch, long)>(chosen.Count);
        try
        {
            // Hangfire's client blocks.
            await Task.Run(() =>
                chosen.ForEach(dispatch => made.Add((dispatch, client.Make(dispatch))))
            );
        }
        finally
        {
            if (made.Count > 0)
            {
                await dispatches.EnterJobsAsync(made, CancellationToken.None);
                notices.SendWork(scheduled: false);
            }
        }
    }
}
