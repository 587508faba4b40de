using System.Collections.Concurrent;
using Jobs.Batches;
using Jobs.Features;
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
    FeatureSwitches features,
    IOptions<EngineOptions> options,
    TimeProvider time,
    ILogger<RunningChunks> log
) : IDisposable
{
    // What is leased ahead is work for this long, so many chunks at most, and goes back when it waits too long.
    private const double SecondsAhead = 0.01;
    private const int MostAhead = 56;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);
    private const double Fading = 0.8;

    private readonly IReadOnlyList<Kind> served = options.Value.ServedKinds(kinds);
    private readonly ConcurrentDictionary<ChunkKey, ChunkExecution> held = new();
    private readonly ConcurrentDictionary<ChunkExecution, Task> executing = new();

    // Slots that are kept for batches that are being submitted, by kind.
    private readonly Dictionary<string, int> reserved = new(StringComparer.Ordinal);
    private readonly Lock reserving = new();

    private readonly SemaphoreSlim slots = new(options.Value.Slots, options.Value.Slots);

    // Seconds that a chunk of a kind takes: the longest of late.
    private readonly ConcurrentDictionary<string, double> seconds = new(StringComparer.Ordinal);

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

    /// <summary>
    /// The kinds of which this worker takes another chunk, each with how many: what slots are free for, and of quick
    /// kinds some ahead. Those that are held ahead take nothing from the others: they are over in a moment.
    /// </summary>
    public List<(Kind Kind, int Free)> FreeKinds()
    {
        var running = CountByKind();
        var (free, quick) = Slots(running);
        var result = new List<(Kind, int)>();
        foreach (var kind in served)
        {
            if (!features.IsKindOn(kind.Name))
            {
                continue;
            }
            var most = free;
            if (IsQuick(kind))
            {
                most += Ahead(kind, free) - quick;
            }
            else if (kind.MaxRunningPerWorker > 0)
            {
                most = Math.Min(
                    most,
                    kind.MaxRunningPerWorker - running.GetValueOrDefault(kind.Name)
                );
            }
            if (most > 0)
            {
                result.Add((kind, most));
            }
        }
        return result;
    }

    /// <summary>Executes a chunk in the background, as soon as a slot is free.</summary>
    /// <param name="draining">Once it is set no further item starts.</param>
    /// <param name="giveUp">Ends everything at once, unsettled.</param>
    public void Start(LeasedChunk chunk, CancellationToken draining, CancellationToken giveUp) =>
        _ = Start(Hold(chunk), draining, giveUp);

    /// <summary>The same, and ends when this worker holds it no more; says whether what became of it was written.</summary>
    public async Task<bool> RunAsync(
        LeasedChunk chunk,
        CancellationToken draining,
        CancellationToken giveUp
    )
    {
        var execution = Hold(chunk);
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
                || executing.Count + reserved.Values.Sum() >= options.Value.Slots
                || !options.Value.ServedPriorities.Contains(draft.Priority)
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
        if (EmptyWanted && IsEmpty)
        {
            signal.Wake(scheduled: false);
        }
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
            var settlement = HandBack(chunk);
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

    public void Dispose() => slots.Dispose();

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
                Remember(execution.Chunk.Kind, Patience.TotalSeconds);
                await SettleAsync(HandBack(execution.Chunk), giveUp);
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
            // Not known any more, the chunk is handed back by the heartbeat, as if its worker had died over it.
            log.ChunkFailed(execution.Chunk.Key.BatchId, execution.Chunk.Key.Id, e);
            held.TryRemove(new(execution.Chunk.Key, execution));
            execution.Release(settled: false);
        }
        finally
        {
            executing.TryRemove(execution, out _);
            shares.Ended(execution.Chunk);
            if (begun)
            {
                slots.Release();
            }
            if (SlotWanted && IsWorthALease())
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
        shares.Began(execution.Chunk);
        var began = time.GetTimestamp();
        await execution.RunAsync(draining, giveUp);
        Remember(execution.Chunk.Kind, time.GetElapsedTime(began).TotalSeconds);
    }

    private void Remember(string kind, double took) =>
        seconds.AddOrUpdate(kind, took, (_, former) => Math.Max(took, former * Fading));

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

    // Slots that nothing slow occupies, and the chunks of quick kinds that share them.
    private (int Free, int Quick) Slots(Dictionary<string, int> running)
    {
        var quick = served.Where(IsQuick).Sum(k => running.GetValueOrDefault(k.Name));
        return (options.Value.Slots - (running.Values.Sum() - quick), quick);
    }

    // One lease for many, where chunks are quick.
    private bool IsWorthALease()
    {
        var (free, quick) = Slots(CountByKind());
        var ahead = served.Where(IsQuick).Select(k => Ahead(k, free)).DefaultIfEmpty().Max();
        return (free + ahead - quick) * 2 > ahead;
    }

    private int Ahead(Kind kind, int free) =>
        (int)Math.Min(MostAhead, Math.Max(0, free) * SecondsAhead / SecondsOf(kind));

    // A kind with a limit, or that nothing is known of, is not leased ahead.
    private bool IsQuick(Kind kind) =>
        kind is { MaxRunningPerWorker: 0, MaxRunning: 0 } && SecondsOf(kind) <= SecondsAhead;

    private double SecondsOf(Kind kind) =>
        Math.Max(1e-6, seconds.GetValueOrDefault(kind.Name, double.PositiveInfinity));

    private static Settlement HandBack(LeasedChunk chunk) =>
        new(chunk, chunk.Items.Count) { Left = chunk.Items, HandBack = true };

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
                execution.Release(applied);
            }
        }
        if (EmptyWanted && IsEmpty)
        {
            signal.Wake(scheduled: false);
        }
    }
}
