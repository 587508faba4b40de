using Jobs.Batches;

namespace Jobs.Engine;

/// <summary>
/// Leases small batches to this process's worker in the statement that submits them, while that worker has nothing else
/// to do: they start with the commit, and nobody looks for them. A worker offers it when it has looked at all queues and
/// found nothing. It is withdrawn when something comes that is not leased directly, and before the worker looks again,
/// so that nothing that waits is passed over. Thread-safe.
/// </summary>
public sealed class DirectLeases
{
    private readonly Lock gate = new();
    private Offer? open;
    private int taken;
    private TaskCompletionSource? none;

    /// <summary>Whether a batch that comes now may start at once.</summary>
    internal bool IsOpen
    {
        get
        {
            lock (gate)
            {
                return open is not null;
            }
        }
    }

    /// <summary>This worker has nothing to do, unless it was told of something since it looked.</summary>
    internal void Open(
        AsyncSignal ready,
        Guid worker,
        RunningChunks running,
        CancellationToken draining,
        CancellationToken giveUp
    )
    {
        lock (gate)
        {
            // Who sets the signal withdraws the offer after it: either that is seen here, or it undoes this.
            open = ready.IsSet ? null : new(worker, running, draining, giveUp);
        }
    }

    /// <summary>Nothing is leased directly from now on, but for what is being submitted already.</summary>
    internal void Close()
    {
        lock (gate)
        {
            open = null;
        }
    }

    /// <summary>The same; ends when all that was being submitted has started or will not.</summary>
    internal Task CloseAsync()
    {
        lock (gate)
        {
            open = null;
            if (taken == 0)
            {
                return Task.CompletedTask;
            }
            none ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            return none.Task;
        }
    }

    /// <summary>
    /// Takes a slot of this worker for a batch that is about to be written; null where there is none for it. To be
    /// disposed when the batch is written, or could not be.
    /// </summary>
    internal DirectLease? TryTake(WrittenBatch batch)
    {
        lock (gate)
        {
            if (open is null || !MayStart(batch) || !open.Running.TryReserve(batch.Draft))
            {
                return null;
            }
            taken++;
            return new(this, open, batch);
        }
    }

    private void Return()
    {
        lock (gate)
        {
            if (--taken == 0)
            {
                none?.SetResult();
                none = null;
            }
        }
    }

    // One chunk, now, without a limit on how much of the batch runs at once.
    private static bool MayStart(WrittenBatch batch) =>
        batch is { Pages.Count: 1, Summaries: [{ Open: > 0 }] }
        && batch.Draft is { NotBefore: null, After: null, Concurrency: null };

    internal sealed record Offer(
        Guid Worker,
        RunningChunks Running,
        CancellationToken Draining,
        CancellationToken GiveUp
    );

    /// <summary>A slot that is kept for a batch.</summary>
    internal sealed class DirectLease(DirectLeases leases, Offer offer, WrittenBatch batch)
        : IDisposable
    {
        public Guid WorkerId => offer.Worker;

        public Guid BatchId => batch.Submitted.Id;

        /// <summary>The batch is committed and its chunk leased: executes it.</summary>
        /// <param name="chunkId">The chunk's id.</param>
        /// <param name="tenantWeight">The share of its tenant.</param>
        public void Start(long chunkId, int tenantWeight)
        {
            var page = batch.Pages[0];
            var draft = batch.Draft;
            offer.Running.StartReserved(
                new LeasedChunk(
                    new ChunkKey(BatchId, chunkId),
                    Token: 1,
                    Page: page.Number,
                    Kind: draft.Kind.Name,
                    Attempt: 1,
                    Deaths: 0,
                    TenantId: draft.TenantId,
                    MaxAttempts: draft.MaxAttempts,
                    ItemTimeout: draft.ItemTimeout ?? draft.Kind.ItemTimeout,
                    Cancelling: false,
                    First: page.First,
                    PageCount: page.Count,
                    Items: ItemSet.FromColumn(batch.Summaries[0].OpenItems, page.Count),
                    // The page's buffer goes back with the submission.
                    Payload: page.Items.ToArray()
                )
                {
                    WorkerId = WorkerId,
                    TenantWeight = tenantWeight,
                    Traceparent = draft.Traceparent,
                },
                offer.Draining,
                offer.GiveUp
            );
        }

        public void Dispose()
        {
            offer.Running.EndReservation(batch.Draft);
            leases.Return();
        }
    }
}
