using System.Diagnostics;
using Jobs.Kinds;
using Microsoft.Extensions.Logging;

namespace Jobs.Engine;

/// <summary>
/// Executes the items of one leased chunk, some at once, and hands what became of them to the settler: at the end, and
/// before when there is much of it or somebody asks. It touches no database. Thread-safe but for <see cref="RunAsync"/>.
/// </summary>
internal sealed class ChunkExecution(
    LeasedChunk chunk,
    Kind kind,
    EngineOptions options,
    Func<Settlement, CancellationToken, ValueTask> settle,
    TimeProvider time,
    ILogger log
) : IDisposable
{
    private const int MostWaitingBytes = 1024 * 1024;

    // A handler that does not heed its token is left behind this long after its timeout.
    public static readonly TimeSpan AbandonAfter = TimeSpan.FromSeconds(5);

    private readonly PageLines lines = new(chunk.Payload, chunk.PageCount);
    private readonly ChunkLedger ledger = new(chunk, options);
    private readonly CancellationTokenSource stop = new();

    // Settlements of a chunk follow each other in the order in which they were taken.
    private readonly SemaphoreSlim settling = new(1, 1);

    private readonly TaskCompletionSource<bool> released = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );
    private int next;

    // Items that had a span of their own, or would have had one.
    private int traced;

    public LeasedChunk Chunk => chunk;

    /// <summary>Ends when its worker holds the chunk no more; says whether what became of it was written.</summary>
    public Task<bool> Released => released.Task;

    /// <summary>Its worker holds the chunk no more.</summary>
    public void Release(bool settled) => released.TrySetResult(settled);

    /// <summary>Executes the items and settles them.</summary>
    /// <param name="draining">Once it is set no further item starts; those that run go on.</param>
    /// <param name="giveUp">Ends the wait for the settler.</param>
    public async Task RunAsync(CancellationToken draining, CancellationToken giveUp)
    {
        if (chunk.SuspicionAt(options.MaxDeliveries) is Suspicion.Shared or Suspicion.Proven)
        {
            log.PoisonFound(chunk.Key.BatchId, chunk.Key.Id, chunk.Deaths, chunk.Items.Count);
            await settle(ledger.Isolate(), giveUp);
            return;
        }
        var lanes = new List<Task>();
        var most = chunk.Lanes ?? kind.Concurrency;
        while (lanes.Count < most && HasNext(draining))
        {
            // A lane whose items all end at once does them before it returns.
            var lane = kind.Handler is IBulkHandler handler
                ? BulkLaneAsync(handler, draining, giveUp)
                : LaneAsync(draining, giveUp);
            if (!lane.IsCompletedSuccessfully)
            {
                lanes.Add(lane);
            }
        }
        await Task.WhenAll(lanes);
        await SettleAsync(ledger.Finish, giveUp);
    }

    /// <summary>Settles the outcomes so far; nothing when there are none, or the chunk is settled already.</summary>
    public Task SettleProgressAsync(CancellationToken cancellationToken) =>
        SettleAsync(ledger.TakeProgress, cancellationToken);

    /// <summary>The batch is being cancelled: running items get their token cancelled, the rest does not start.</summary>
    public void Cancel()
    {
        ledger.Cancel();
        Abort();
    }

    /// <summary>The time of grace is over, or the lease is lost: running items get their token cancelled.</summary>
    public void Abort() => _ = AbortAsync();

    public void Dispose()
    {
        stop.Dispose();
        settling.Dispose();
    }

    // What handlers have registered on their tokens runs elsewhere, and what it throws is theirs.
    private async Task AbortAsync()
    {
        try
        {
            await stop.CancelAsync();
        }
        catch (AggregateException e)
        {
            log.CancellationThrew(chunk.Key.BatchId, chunk.Key.Id, e);
        }
    }

    private async Task SettleAsync(Func<Settlement?> take, CancellationToken cancellationToken)
    {
        await settling.WaitAsync(cancellationToken);
        try
        {
            if (take() is { } settlement)
            {
                await settle(settlement, cancellationToken);
            }
        }
        finally
        {
            settling.Release();
        }
    }

    private bool HasNext(CancellationToken draining) =>
        !IsStopping(draining) && chunk.Items.NextFrom(Volatile.Read(ref next)) >= 0;

    // Each position goes to one lane.
    private int TakeNext(CancellationToken draining)
    {
        while (!IsStopping(draining))
        {
            var from = Volatile.Read(ref next);
            var position = chunk.Items.NextFrom(from);
            if (position < 0 || Interlocked.CompareExchange(ref next, position + 1, from) == from)
            {
                return position;
            }
        }
        return -1;
    }

    private List<int> TakeNext(int count, CancellationToken draining)
    {
        var positions = new List<int>();
        while (positions.Count < count && TakeNext(draining) is >= 0 and var position)
        {
            positions.Add(position);
        }
        return positions;
    }

    private bool IsStopping(CancellationToken draining) =>
        draining.IsCancellationRequested || stop.IsCancellationRequested || ledger.IsCancelled;

    private async Task LaneAsync(CancellationToken draining, CancellationToken giveUp)
    {
        using var lane = new LaneClock(stop.Token);
        var started = time.GetTimestamp();
        for (var position = TakeNext(draining); position >= 0; position = TakeNext(draining))
        {
            var attempt = await ExecuteAsync(position, lane);
            var ended = time.GetTimestamp();
            var waiting = ledger.Record(position, attempt, time.GetElapsedTime(started, ended));
            started = ended;
            if (waiting > MostWaitingBytes)
            {
                await SettleProgressAsync(giveUp);
                started = time.GetTimestamp();
            }
        }
    }

    // Many at once; what has no outcome then is executed one by one.
    private async Task BulkLaneAsync(
        IBulkHandler handler,
        CancellationToken draining,
        CancellationToken giveUp
    )
    {
        using var lane = new LaneClock(stop.Token);
        while (TakeNext(handler.MaxItems, draining) is { Count: > 0 } positions)
        {
            var started = time.GetTimestamp();
            var bulk = new BulkExecution(
                handler,
                [.. positions.Select(ItemAt)],
                (i, outcome) =>
                {
                    var ended = time.GetTimestamp();
                    var took = time.GetElapsedTime(started, ended);
                    started = ended;
                    ledger.Record(positions[i], Attempt.Ended(outcome), took);
                }
            );
            using (ChunkTrace.StartItems(chunk.First + positions[0], positions.Count))
            {
                await bulk.RunAsync(lane, chunk, time, log, stop.Token);
            }
            foreach (var i in bulk.Left)
            {
                started = time.GetTimestamp();
                var attempt = stop.IsCancellationRequested
                    ? Attempt.Stopped
                    : await ExecuteAsync(positions[i], lane);
                ledger.Record(positions[i], attempt, time.GetElapsedTime(started));
            }
            await SettleProgressAsync(giveUp);
        }
    }

    private Item ItemAt(int position) =>
        new(
            chunk.TenantId,
            chunk.Key.BatchId,
            chunk.First + position,
            chunk.Attempt,
            lines[position]
        );

    private ValueTask<Attempt> ExecuteAsync(int position, LaneClock lane)
    {
        var item = ItemAt(position);
        return
            Volatile.Read(ref traced) < ChunkTrace.MostItems
            && Interlocked.Increment(ref traced) <= ChunkTrace.MostItems
            ? TracedAsync(item, lane)
            : ExecuteAsync(item, lane, null);
    }

    private async ValueTask<Attempt> TracedAsync(Item item, LaneClock lane)
    {
        using var span = ChunkTrace.StartItems(item.Index, 1);
        return await ExecuteAsync(item, lane, span);
    }

    // Handlers that are quick end at once: no state machine for them.
    private ValueTask<Attempt> ExecuteAsync(Item item, LaneClock lane, Activity? span)
    {
        ValueTask<ItemOutcome> execution;
        try
        {
            execution = kind.Handler.HandleAsync(item, lane.Token);
        }
        catch (Exception e)
        {
            return ValueTask.FromResult(Explain(e, item, lane, span));
        }
        return execution.IsCompletedSuccessfully
            ? ValueTask.FromResult(Attempt.Ended(execution.Result))
            : EndAsync(execution, item, lane, span);
    }

    private async ValueTask<Attempt> EndAsync(
        ValueTask<ItemOutcome> execution,
        Item item,
        LaneClock lane,
        Activity? span
    )
    {
        try
        {
            // The clock is armed only for items that did not end at once.
            lane.Arm(chunk.ItemTimeout);
            var limit = chunk.ItemTimeout + AbandonAfter;
            return Attempt.Ended(
                await execution.AsTask().WaitAsync(limit, time, CancellationToken.None)
            );
        }
        catch (Exception e)
        {
            return Explain(e, item, lane, span);
        }
        finally
        {
            lane.Disarm();
        }
    }

    private Attempt Explain(Exception e, Item item, LaneClock lane, Activity? span)
    {
        if (stop.IsCancellationRequested)
        {
            return Attempt.Stopped;
        }
        if (lane.IsOver)
        {
            span.Failed("timeout");
            log.ItemTimedOut(chunk.Key.BatchId, item.Index, chunk.ItemTimeout, e);
            return Attempt.Failed(AttemptErrors.Timeout(chunk.ItemTimeout));
        }
        var error = AttemptErrors.From(e);
        span.Failed(error.Code);
        log.ItemThrew(chunk.Key.BatchId, item.Index, error.Code, e);
        return Attempt.Failed(error);
    }
}
