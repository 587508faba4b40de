using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jobs.Engine;

/// <summary>
/// One per process: renews all its leases at once, however long an item takes, and sees what came apart: chunks that
/// the database counts as this worker's and that it does not know, batches whose cancellation it did not hear of,
/// workers that died.
/// </summary>
internal sealed class Heartbeat(
    WorkerRegistry registry,
    RunningChunks running,
    WorkSignal signal,
    EngineMeter meter,
    IOptions<EngineOptions> options,
    TimeProvider time,
    ILogger<Heartbeat> log
)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private HashSet<HeldChunk> unknown = [];
    private long answeringSince;
    private bool answering;
    private volatile bool stopping;
    private volatile bool tenantLimits;
    private volatile StrongBox<Guid> worker = new();

    /// <summary>The id of this worker; a new one after it was taken for dead.</summary>
    public Guid Worker => worker.Value;

    /// <summary>Whether a tenant had a limit on what runs at once when the heart beat last.</summary>
    public bool TenantLimits => tenantLimits;

    /// <summary>From now on this worker counts as stopping.</summary>
    public void MarkStopping() => stopping = true;

    /// <summary>Enters this worker; tries until the database answers.</summary>
    public async Task RegisterAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                worker = new(await registry.RegisterAsync(cancellationToken));
                answeringSince = time.GetTimestamp();
                answering = true;
                log.WorkerStarted(Worker, options.Value.Slots);
                return;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                log.HeartbeatFailed(e);
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var pause = Pause;
            try
            {
                await BeatAsync(cancellationToken);
                pause = options.Value.HeartbeatInterval;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Whatever it was: without this loop all leases of a working worker run out.
                answering = false;
                log.HeartbeatFailed(e);
            }
            await Task.Delay(pause, time, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task BeatAsync(CancellationToken cancellationToken)
    {
        var beat = await registry.HeartbeatAsync(Worker, stopping, cancellationToken);
        if (!answering)
        {
            answering = true;
            answeringSince = time.GetTimestamp();
        }
        if (beat is null)
        {
            log.TakenForDead(Worker);
            running.AbortAll();
            await RegisterAsync(cancellationToken);
            // What came meanwhile was refused to the one that it was.
            signal.Wake(scheduled: false);
            return;
        }
        tenantLimits = beat.TenantLimits;
        foreach (var chunk in beat.Held.Where(c => c.Cancelling))
        {
            running.CancelBatch(chunk.Key.BatchId);
        }
        await ReconcileAsync(beat.Held, cancellationToken);
        await RescueAsync(beat.Neighbours, cancellationToken);
    }

    // Seen twice: the answer to a lease may be under way.
    private async Task ReconcileAsync(List<HeldChunk> held, CancellationToken cancellationToken)
    {
        var strange = held.Where(c => !running.Knows(c)).ToHashSet();
        var lost = strange.Where(unknown.Contains).ToList();
        unknown = strange;
        if (lost.Count > 0)
        {
            log.ChunksDisowned(lost.Count);
            await registry.DisownAsync(Worker, lost, cancellationToken);
            signal.Announce(scheduled: false);
        }
    }

    private async Task RescueAsync(
        IReadOnlyList<Neighbour> neighbours,
        CancellationToken cancellationToken
    )
    {
        // While the database was away nobody could renew a lease; give every worker the time for a heartbeat.
        var settled =
            time.GetElapsedTime(answeringSince) >= options.Value.HeartbeatInterval + Pause;
        var (chunks, workers) = await registry.RescueAsync(neighbours, settled, cancellationToken);
        if (chunks > 0 || workers > 0)
        {
            meter.Rescued(chunks);
            log.Rescued(chunks, workers);
            signal.Announce(scheduled: false);
        }
    }
}
