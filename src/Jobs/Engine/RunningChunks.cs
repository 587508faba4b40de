using System.Collections.Concurrent;
using Jobs.Batches;
using Jobs.Features;
using Jobs.Kinds;
using Jobs.Monitoring.Samples;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jobs.Engine;

/// <summary>The chunks that this worker holds: those that execute, and those whose settlement is not written yet. Thread-safe.</summary>
internal sealed class RunningChunks : IDisposable
{
    // What is leased ahead goes back when it waits longer than this for a slot.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly TenantShares shares;
    private readonly EngineSamples samples;
    private readonly EngineMeter meter;
    private readonly WorkSignal signal;
    private readonly FeatureSwitches features;
    private readonly EngineOptions options;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly SlotPlan plan;
    private readonly HeldChunks held;
    private readonly ConcurrentDictionary<ChunkExecution, Task> executing = new();

    // Slots that are kept for batches that are being submitted, by kind.
    private readonly Dictionary<string, int> reserved = new(StringComparer.Ordinal);
    private readonly Lock reserving = new();

    private readonly SemaphoreSlim slots;

    private volatile bool slotWanted;
    private volatile bool emptyWanted;

    public RunningChunks(
        KindRegistry kinds,
        Settler settler,
        TenantShares shares,
        EngineSamples samples,
        EngineMeter meter,
        WorkSignal signal,
        FeatureSwitches features,
        IOptions<EngineOptions> options,
        TimeProvider time,
        ILogger<RunningChunks> log
    )
    {
        this.shares = shares;
        this.samples = samples;
        this.meter = meter;
        this.signal = signal;
        this.features = features;
        this.options = options.Value;
        this.time = time;
        this.log = log;
        plan = new(options.Value.ServedKinds(kinds), options.Value.Slots);
        slots = new(options.Value.Slots, options.Value.Slots);
        held = new(kinds, settler, options.Value, WakeWhereEmpty, time, log);
    }

    /// <summary>Whether the end of a chunk should wake the lease loop.</summary>
    public bool SlotWanted
    {
        get => slotWanted;
        set => slotWanted = value;
    }

    /// <summary>Chunks that are executed, or wait for a slot.</summary>
    public int Count => executing.Count;

    public int KindCount => plan.KindCount;

    /// <summary>Whether nothing more is to be leased until this worker holds nothing: something is to be executed alone, or is.</summary>
    public bool EmptyWanted
    {
        get => emptyWanted;
        set => emptyWanted = value;
    }

    /// <summary>Whether nothing executes or is about to, and all that was executed is settled.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (reserving)
            {
                return reserved.Count == 0 && executing.IsEmpty && held.IsEmpty;
            }
        }
    }

    /// <summary>The kinds of which this worker takes another chunk, each with how many.</summary>
    public List<(Kind Kind, int Free)> FreeKinds() =>
        [.. plan.FreeKinds(CountByKind()).Where(k => features.IsKindOn(k.Kind.Name))];

    /// <summary>Executes a chunk in the background, as soon as a slot is free.</summary>
    /// <param name="draining">Once it is set no further item starts.</param>
    /// <param name="giveUp">Ends everything at once, unsettled.</param>
    public void Start(LeasedChunk chunk, CancellationToken draining, CancellationToken giveUp) =>
        _ = Start(held.Add(chunk), draining, giveUp);

    /// <summary>The same, and ends when this worker holds it no more; says whether what became of it was written.</summary>
    public async Task<bool> RunAsync(
        LeasedChunk chunk,
        CancellationToken draining,
        CancellationToken giveUp
    )
    {
        var execution = held.Add(chunk);
        await Start(execution, draining, giveUp);
        Task released = execution.Released.WaitAsync(giveUp);
        await released.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return execution.Released is { IsCompletedSuccessfully: true, Result: true };
    }

    private Task Start(
        ChunkExecution execution,
        CancellationToken draining,
        CancellationToken giveUp
    )
    {
        // Slots go to those who came first.
        var slot = slots.WaitAsync(Patience, CancellationToken.None);
        // Registered before it runs, so that it cannot end before it is there.
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var run = RunAsync(execution, start.Task, slot, draining, giveUp);
        executing[execution] = run;
        start.SetResult();
        return run;
    }

    /// <summary>
    /// Keeps a slot for a batch that is about to be submitted, where one is free, this worker serves its kind and its
    /// priority, and there is no limit over all workers. To be followed by <see cref="EndReservation"/>.
    /// </summary>
    public bool TryReserve(BatchDraft draft)
    {
        lock (reserving)
        {
            if (
                emptyWanted
                || executing.Count + reserved.Values.Sum() >= options.Slots
                || !options.ServedPriorities.Contains(draft.Priority)
                || !FreeKinds()
                    .Exists(k => k.Kind.Name == draft.Kind.Name && k.Kind.MaxRunning == 0)
            )
            {
                return false;
            }
            reserved[draft.Kind.Name] = reserved.GetValueOrDefault(draft.Kind.Name) + 1;
            return true;
        }
    }

    /// <summary>Executes a chunk for which a slot was kept.</summary>
    public void StartReserved(
        LeasedChunk chunk,
        CancellationToken draining,
        CancellationToken giveUp
    )
    {
        shares.Charge(chunk);
        Start(chunk, draining, giveUp);
    }

    /// <summary>The slot is not kept any more: it is used, or nobody wants it.</summary>
    public void EndReservation(BatchDraft draft)
    {
        lock (reserving)
        {
            if (--reserved[draft.Kind.Name] == 0)
            {
                reserved.Remove(draft.Kind.Name);
            }
        }
        WakeWhereEmpty();
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
            held.Add(chunk);
            settlements.Add(await held.HandBackAsync(chunk, cancellationToken));
        }
        await Task.WhenAll(settlements.Select(s => s.Applied)).WaitAsync(cancellationToken);
    }

    /// <summary>Whether this worker knows that it holds the chunk.</summary>
    public bool Knows(HeldChunk chunk) => held.Knows(chunk);

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

    public void Dispose() => slots.Dispose();

    private async Task RunAsync(
        ChunkExecution execution,
        Task start,
        Task<bool> slot,
        CancellationToken draining,
        CancellationToken giveUp
    )
    {
        await start;
        var begun = false;
        try
        {
            begun = await slot;
            if (begun)
            {
                await ExecuteAsync(execution, draining, giveUp);
            }
            else
            {
                plan.Remember(execution.Chunk.Kind, Patience);
                await held.HandBackAsync(execution.Chunk, giveUp);
            }
        }
        catch (OperationCanceledException) when (giveUp.IsCancellationRequested)
        {
            // Another worker takes the chunk up once its lease has run out.
            log.ChunkGivenUp(execution.Chunk.Key.BatchId, execution.Chunk.Key.Id);
            execution.Release(settled: false);
        }
        catch (Exception e)
        {
            log.ChunkFailed(execution.Chunk.Key.BatchId, execution.Chunk.Key.Id, e);
            held.Disown(execution);
        }
        finally
        {
            executing.TryRemove(execution, out _);
            shares.Ended(execution.Chunk);
            if (begun)
            {
                slots.Release();
            }
            if (SlotWanted && plan.IsWorthALease(CountByKind()))
            {
                signal.Wake(scheduled: false);
            }
        }
    }

    private async Task ExecuteAsync(
        ChunkExecution execution,
        CancellationToken draining,
        CancellationToken giveUp
    )
    {
        using var span = ChunkTrace.Start(execution.Chunk);
        using var scope = log.ChunkScope(execution.Chunk.Key.BatchId, execution.Chunk.Key.Id);
        if (
            execution.Chunk.SuspicionAt(options.MaxDeliveries)
            is Suspicion.Shared
                or Suspicion.Proven
        )
        {
            meter.Poison(execution.Chunk.Kind);
        }
        shares.Began(execution.Chunk);
        var began = time.GetTimestamp();
        await execution.RunAsync(draining, giveUp);
        var took = time.GetElapsedTime(began);
        meter.Executed(execution.Chunk.Kind, took);
        samples.Executed(execution.Chunk.TenantId, execution.Chunk.Kind, took);
        plan.Remember(execution.Chunk.Kind, took);
    }

    private Dictionary<string, int> CountByKind()
    {
        var running = executing.Keys.CountBy(e => e.Chunk.Kind).ToDictionary();
        lock (reserving)
        {
            foreach (var (kind, count) in reserved)
            {
                running[kind] = running.GetValueOrDefault(kind) + count;
            }
        }
        return running;
    }

    private void WakeWhereEmpty()
    {
        if (EmptyWanted && IsEmpty)
        {
            signal.Wake(scheduled: false);
        }
    }
}
