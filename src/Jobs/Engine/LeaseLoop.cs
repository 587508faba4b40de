using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jobs.Engine;

/// <summary>Keeps the slots of this worker full: leases when there may be work and room, sleeps otherwise.</summary>
internal sealed class LeaseLoop(
    ChunkLeaser leaser,
    RunningChunks running,
    TenantShares shares,
    Heartbeat heartbeat,
    WorkerRegistry registry,
    WorkSignal signal,
    DirectLeases direct,
    IOptions<EngineOptions> options,
    TimeProvider time,
    ILogger<LeaseLoop> log
)
{
    private static readonly TimeSpan SecondLook = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // So long a worker relies on what it saw of the ranks when it looked for all of them: the dearer that look, the longer.
    private static readonly TimeSpan ShortestHold = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LongestHold = TimeSpan.FromMilliseconds(100);
    private const int LooksPerHold = 25;
    private TimeSpan floorHolds = ShortestHold;
    private long floor = long.MinValue;
    private long lookedFrom;
    private bool sawAll;

    // Where the next lease goes on, when one did not see all queues.
    private int firstTenant;

    // Suspects that went back because this worker held something else.
    private List<LeasedChunk> setAside = [];

    /// <summary>Runs until it is stopped; what it started goes on, and nothing starts any more.</summary>
    /// <param name="worker">The id of this worker at the time.</param>
    /// <param name="stopping">Ends the leasing, and keeps further items of leased chunks from starting.</param>
    /// <param name="giveUp">Ends everything.</param>
    public async Task RunAsync(
        Func<Guid> worker,
        CancellationToken stopping,
        CancellationToken giveUp
    )
    {
        await LeaseUntilStoppedAsync(worker, stopping, giveUp);
        await direct.CloseAsync();
    }

    private async Task LeaseUntilStoppedAsync(
        Func<Guid> worker,
        CancellationToken stopping,
        CancellationToken giveUp
    )
    {
        var woken = false;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (!await LeaseAsync(worker(), stopping, giveUp))
                {
                    // Another worker may have held for a moment what it then left: after a signal one more look is due.
                    woken = await signal.Ready.WaitAsync(
                        woken ? SecondLook
                            : sawAll ? options.Value.PollInterval
                            : floorHolds,
                        stopping
                    );
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Whatever it was: nobody would start this loop again, and the worker would live on without working.
                log.LeaseFailed(e);
                await Task.Delay(Pause, time, stopping)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>One round; says whether there may be more to lease at once.</summary>
    private async Task<bool> LeaseAsync(
        Guid worker,
        CancellationToken stopping,
        CancellationToken giveUp
    )
    {
        direct.Close();
        // Wanted before it is looked for: a slot that is freed in between wakes this loop.
        running.SlotWanted = true;
        if (await MustEmptyAsync())
        {
            return false;
        }
        running.EmptyWanted = false;
        var kinds = running.FreeKinds();
        if (kinds.Count == 0)
        {
            return false;
        }
        var most = kinds.Max(k => k.Free);
        if (time.GetElapsedTime(lookedFrom) > floorHolds)
        {
            floor = long.MinValue;
        }
        if (floor == long.MinValue)
        {
            lookedFrom = time.GetTimestamp();
        }
        // Not cancellable: an answer that is not awaited would leave leases that nobody knows of.
        var lease = await leaser.LeaseAsync(
            new LeaseRequest(worker, kinds, most, shares.Current())
            {
                TenantLimits = heartbeat.TenantLimits,
                FirstTenant = firstTenant,
                Floor = floor,
            },
            CancellationToken.None
        );
        sawAll = floor == long.MinValue;
        if (sawAll)
        {
            var hold = LooksPerHold * time.GetElapsedTime(lookedFrom);
            floorHolds =
                hold < ShortestHold ? ShortestHold
                : hold > LongestHold ? LongestHold
                : hold;
        }
        var chosen = await ChooseAsync(lease.Chunks, stopping);
        shares.Leased(chosen, lease.Waiting);
        firstTenant = lease.NextTenant;
        floor = firstTenant == 0 ? Math.Max(floor, lease.Floor) : long.MinValue;
        foreach (var chunk in chosen)
        {
            running.Start(chunk, stopping, giveUp);
        }
        if (lease.Chunks.Count == 0)
        {
            // Kinds at their limit may have more waiting; otherwise a slot that becomes free is of no use.
            running.SlotWanted = kinds.Count < running.KindCount;
            if (sawAll && !running.SlotWanted && firstTenant == 0 && lease.Waiting.Length == 0)
            {
                direct.Open(signal.Ready, worker, running, stopping, giveUp);
            }
            return firstTenant > 0;
        }
        return true;
    }

    // While something is executed alone, and before, as long as nobody else took what was set aside for it.
    private async Task<bool> MustEmptyAsync() =>
        running.EmptyWanted
        && !running.IsEmpty
        && (setAside.Count == 0 || await registry.WaitsAnyAsync(setAside, CancellationToken.None));

    /// <summary>
    /// What is suspected is executed only when this worker holds nothing else, and what was leased with it goes back
    /// before it starts: otherwise one item that kills workers would take its neighbours with it.
    /// </summary>
    private async Task<List<LeasedChunk>> ChooseAsync(
        List<LeasedChunk> chunks,
        CancellationToken stopping
    )
    {
        var most = options.Value.MaxDeliveries;
        var suspects = chunks.FindAll(c => c.SuspicionAt(most) == Suspicion.Alone);
        if (suspects.Count == 0)
        {
            return chunks;
        }
        running.EmptyWanted = true;
        var alone = running.IsEmpty;
        setAside = alone ? [] : suspects;
        var chosen = alone ? suspects[..1] : chunks.FindAll(c => !suspects.Contains(c));
        await running.HandBackAsync(chunks.FindAll(c => !chosen.Contains(c)), stopping);
        return chosen;
    }
}
