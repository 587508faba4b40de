using System.Collections.Concurrent;
using Jobs.Kinds;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jobs.Engine;

/// <summary>The chunks that this worker holds: those that execute, and those whose settlement is not written yet. Thread-safe.</summary>
internal sealed class RunningChunks(
    KindRegistry kinds,
    Settler settler,
    TenantShares shares,
    WorkSignal signal,
    IOptions<EngineOptions> options,
    TimeProvider time,
    ILogger<RunningChunks> log
)
{
    private readonly IReadOnlyList<Kind> served = options.Value.ServedKinds(kinds);
    private readonly ConcurrentDictionary<ChunkKey, ChunkExecution> held = new();
    private readonly ConcurrentDictionary<ChunkExecution, Task> executing = new();

    private volatile bool slotWanted;
    private volatile bool emptyWanted;

    /// <summary>Whether the end of a chunk should wake the lease loop.</summary>
    public bool SlotWanted
    {
        get => slotWanted;
        set => slotWanted = value;
    }

    public int KindCount => served.Count;

    /// <summary>Whether nothing more is to be leased until this worker holds nothing: something is to be executed alone, or is.</summary>
    public bool EmptyWanted
    {
        get => emptyWanted;
        set => emptyWanted = value;
    }

    /// <summary>Whether nothing executes, and all that was executed is settled.</summary>
    public bool IsEmpty => executing.IsEmpty && held.IsEmpty;

    public int FreeSlots => Math.Max(0, options.Value.Slots - executing.Count);

    /// <summary>The kinds of which this worker can take another chunk, each with how many.</summary>
    public List<(Kind Kind, int Free)> FreeKinds()
    {
        var free = FreeSlots;
        var running = executing.Keys.CountBy(e => e.Chunk.Kind).ToDictionary();
        var result = new List<(Kind, int)>();
        foreach (var kind in served)
        {
            var most =
                kind.MaxRunningPerWorker == 0
                    ? free
                    : Math.Min(
                        free,
                        kind.MaxRunningPerWorker - running.GetValueOrDefault(kind.Name)
                    );
            if (most > 0)
            {
                result.Add((kind, most));
            }
        }
        return result;
    }

    /// <summary>Executes a chunk in the background.</summary>
    /// <param name="draining">Once it is set no further item starts.</param>
    /// <param name="giveUp">Ends everything at once, unsettled.</param>
    public void Start(LeasedChunk chunk, CancellationToken draining, CancellationToken giveUp)
    {
        var execution = Hold(chunk);
        // Registered before it runs, so that it cannot end before it is there.
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        executing[execution] = RunAsync(execution, start.Task, draining, giveUp);
        start.SetResult();
    }

    /// <summary>Gives chunks back that are not to be executed now; ends when the database has them.</summary>
    public async Task HandBackAsync(
        IReadOnlyList<LeasedChunk> chunks,
        CancellationToken cancellationToken
    )
    {
        var settlements = new List<Settlement>();
        foreach (var chunk in chunks)
        {
            Hold(chunk);
            var settlement = new Settlement(chunk, chunk.Items.Count)
            {
                Left = chunk.Items,
                HandBack = true,
            };
            await SettleAsync(settlement, cancellationToken);
            settlements.Add(settlement);
        }
        await Task.WhenAll(settlements.Select(s => s.Applied)).WaitAsync(cancellationToken);
    }

    /// <summary>Whether this worker knows that it holds the chunk.</summary>
    public bool Knows(HeldChunk chunk) =>
        held.TryGetValue(chunk.Key, out var execution) && execution.Chunk.Token == chunk.Token;

    /// <summary>Cancels what runs of a batch.</summary>
    public void CancelBatch(Guid batchId)
    {
        foreach (var execution in executing.Keys.Where(e => e.Chunk.Key.BatchId == batchId))
        {
            execution.Cancel();
        }
    }

    /// <summary>Cancels the tokens of all running items.</summary>
    public void AbortAll()
    {
        foreach (var execution in executing.Keys)
        {
            execution.Abort();
        }
    }

    /// <summary>Settles the outcomes so far of everything that runs.</summary>
    public async Task SettleProgressAsync(CancellationToken cancellationToken)
    {
        foreach (var execution in executing.Keys)
        {
            await execution.SettleProgressAsync(cancellationToken);
        }
    }

    /// <summary>Ends when nothing executes any more.</summary>
    public Task WhenIdleAsync() => Task.WhenAll(executing.Values);

    private ChunkExecution Hold(LeasedChunk chunk)
    {
        if (!kinds.TryGet(chunk.Kind, out var kind))
        {
            throw new InvalidOperationException(
                $"A chunk of the kind '{chunk.Kind}', which was not asked for."
            );
        }
        var execution = new ChunkExecution(chunk, kind, options.Value, SettleAsync, time, log);
        held[chunk.Key] = execution;
        return execution;
    }

    private async Task RunAsync(
        ChunkExecution execution,
        Task start,
        CancellationToken draining,
        CancellationToken giveUp
    )
    {
        await start;
        try
        {
            await execution.RunAsync(draining, giveUp);
        }
        catch (OperationCanceledException) when (giveUp.IsCancellationRequested)
        {
            // Another worker takes the chunk up once its lease has run out.
            log.ChunkGivenUp(execution.Chunk.Key.BatchId, execution.Chunk.Key.Id);
        }
        catch (Exception e)
        {
            // Not known any more, the chunk is handed back by the heartbeat, as if its worker had died over it.
            log.ChunkFailed(execution.Chunk.Key.BatchId, execution.Chunk.Key.Id, e);
            held.TryRemove(new(execution.Chunk.Key, execution));
        }
        finally
        {
            executing.TryRemove(execution, out _);
            shares.Ended(execution.Chunk);
            if (SlotWanted)
            {
                signal.Wake(scheduled: false);
            }
        }
    }

    private async ValueTask SettleAsync(Settlement settlement, CancellationToken cancellationToken)
    {
        await settler.AddAsync(settlement, cancellationToken);
        _ = ForgetAsync(settlement);
    }

    private async Task ForgetAsync(Settlement settlement)
    {
        var applied = await settlement.Applied;
        // Of the same lease: the chunk may have been leased anew meanwhile.
        if (
            held.TryGetValue(settlement.Chunk.Key, out var execution)
            && execution.Chunk.Token == settlement.Chunk.Token
        )
        {
            if (!applied)
            {
                execution.Abort();
            }
            if (!applied || settlement.IsFinal)
            {
                held.TryRemove(new(settlement.Chunk.Key, execution));
            }
        }
        if (EmptyWanted && IsEmpty)
        {
            signal.Wake(scheduled: false);
        }
    }
}
