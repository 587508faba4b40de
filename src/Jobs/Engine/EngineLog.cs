using Microsoft.Extensions.Logging;

namespace Jobs.Engine;

/// <summary>What the engine says.</summary>
internal static partial class EngineLog
{
    private static readonly Func<ILogger, Guid, long, IDisposable?> Scope =
        LoggerMessage.DefineScope<Guid, long>("Batch {BatchId}, chunk {ChunkId}");

    /// <summary>What is logged until it is disposed of belongs to a chunk.</summary>
    public static IDisposable? ChunkScope(this ILogger log, Guid batchId, long chunkId) =>
        Scope(log, batchId, chunkId);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Worker {WorkerId} started with {Slots} slots"
    )]
    public static partial void WorkerStarted(this ILogger log, Guid workerId, int slots);

    [LoggerMessage(Level = LogLevel.Information, Message = "Worker {WorkerId} stopped")]
    public static partial void WorkerStopped(this ILogger log, Guid workerId);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Stopping: no further work is taken, running items have {Grace} to finish"
    )]
    public static partial void Draining(this ILogger log, TimeSpan grace);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Lease failed; it is tried again")]
    public static partial void LeaseFailed(this ILogger log, Exception exception);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Settle of {Count} chunks is delayed; it is tried again"
    )]
    public static partial void SettleDelayed(this ILogger log, int count, Exception exception);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "The database refused the settlement of chunk {ChunkId} of batch {BatchId}"
    )]
    public static partial void SettleRefused(
        this ILogger log,
        Guid batchId,
        long chunkId,
        Exception exception
    );

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The lease of chunk {ChunkId} of batch {BatchId} was lost; nothing of it was written"
    )]
    public static partial void LeaseLost(this ILogger log, Guid batchId, long chunkId);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Chunk {ChunkId} of batch {BatchId} was given up unfinished; it is taken up again when its lease has run out"
    )]
    public static partial void ChunkGivenUp(this ILogger log, Guid batchId, long chunkId);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "The partitions of the coming weeks were not made; it is tried again"
    )]
    public static partial void PartitionsNotMade(this ILogger log, Exception exception);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "A handler threw when chunk {ChunkId} of batch {BatchId} was cancelled"
    )]
    public static partial void CancellationThrew(
        this ILogger log,
        Guid batchId,
        long chunkId,
        Exception exception
    );

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "The execution of chunk {ChunkId} of batch {BatchId} broke; it is handed back"
    )]
    public static partial void ChunkFailed(
        this ILogger log,
        Guid batchId,
        long chunkId,
        Exception exception
    );

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Deaths} workers died over chunk {ChunkId} of batch {BatchId}; its {Count} items are isolated"
    )]
    public static partial void PoisonFound(
        this ILogger log,
        Guid batchId,
        long chunkId,
        int deaths,
        int count
    );

    [LoggerMessage(
        Level = LogLevel.Debug,
        Message = "{Count} items of chunk {Chunk} of batch {BatchId} that were executed together failed; those without an outcome follow one by one"
    )]
    public static partial void BulkThrew(
        this ILogger log,
        Guid batchId,
        long chunk,
        int count,
        Exception exception
    );

    [LoggerMessage(
        Level = LogLevel.Debug,
        Message = "Item {Index} of batch {BatchId} failed with {Code}"
    )]
    public static partial void ItemThrew(
        this ILogger log,
        Guid batchId,
        int index,
        string code,
        Exception exception
    );

    [LoggerMessage(
        Level = LogLevel.Debug,
        Message = "Item {Index} of batch {BatchId} ran longer than {Limit}"
    )]
    public static partial void ItemTimedOut(
        this ILogger log,
        Guid batchId,
        int index,
        TimeSpan limit,
        Exception exception
    );

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Progress was not settled; it is tried again"
    )]
    public static partial void ProgressFailed(this ILogger log, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Heartbeat failed; it is tried again")]
    public static partial void HeartbeatFailed(this ILogger log, Exception exception);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Worker {WorkerId} was taken for dead; it goes on as a new one"
    )]
    public static partial void TakenForDead(this ILogger log, Guid workerId);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Count} chunks were leased to this worker without its knowledge and are handed back"
    )]
    public static partial void ChunksDisowned(this ILogger log, int count);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Rescued {Chunks} chunks of {Workers} dead workers"
    )]
    public static partial void Rescued(this ILogger log, int chunks, int workers);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Looking for due work failed; it is tried again"
    )]
    public static partial void DueWorkFailed(this ILogger log, Exception exception);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The listening connection was lost; it is opened again"
    )]
    public static partial void ListenerLost(this ILogger log, Exception exception);

    [LoggerMessage(
        Level = LogLevel.Debug,
        Message = "{Count} notices were not sent; listeners poll"
    )]
    public static partial void NoticesNotSent(this ILogger log, int count, Exception exception);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Schedule {Name} submitted batch {BatchId}"
    )]
    public static partial void ScheduleFired(this ILogger log, string name, Guid batchId);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Schedule {Name} cannot fire: {Reason}; it is disabled"
    )]
    public static partial void ScheduleBroken(this ILogger log, string name, string reason);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The settings of the tenants were not written; trying again"
    )]
    public static partial void TenantSettingsFailed(this ILogger log, Exception exception);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Schedule {Name} failed: {Reason}; it goes on at its next tick"
    )]
    public static partial void ScheduleFailed(
        this ILogger log,
        string name,
        string reason,
        Exception? exception
    );

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Schedule {Name} left out {Count} missed ticks from {DueAt} on"
    )]
    public static partial void ScheduleSkipped(
        this ILogger log,
        string name,
        DateTimeOffset dueAt,
        int count
    );
}
