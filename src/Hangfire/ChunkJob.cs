using Hangfire;
using Jobs.Engine;
using Npgsql;

namespace Jobs.HangfireEngine;

/// <summary>
/// What Hangfire runs: a chunk. Its items are retried by the engine, not by Hangfire, which tries again only what the
/// database kept from being tried. Thread-safe.
/// </summary>
public sealed class ChunkJob
{
    private readonly ChunkRunner runner;
    private readonly Dispatches dispatches;
    private readonly HangfireStorage storage;

    internal ChunkJob(ChunkRunner runner, Dispatches dispatches, HangfireStorage storage)
    {
        this.runner = runner;
        this.storage = storage;
        this.dispatches = dispatches;
    }

    /// <summary>Runs a chunk if it may run now.</summary>
    /// <param name="kind">For the reader of the dashboard, as the name of the job says it.</param>
    /// <returns>What came of it, for the same reader.</returns>
    [JobDisplayName("{2}: chunk {1} of batch {0}")]
    [AutomaticRetry(
        Attempts = 10,
        OnlyOn = [typeof(NpgsqlException), typeof(TimeoutException), typeof(IOException)],
        OnAttemptsExceeded = AttemptsExceededAction.Delete
    )]
    public async Task<string> RunAsync(
        Guid batchId,
        long chunkId,
        string kind,
        CancellationToken cancellationToken
    )
    {
        storage.Wake();
        var chunk = new ChunkKey(batchId, chunkId);
        switch (await runner.RunAsync(chunk, cancellationToken))
        {
            case ChunkRun.Settled:
                return "Settled.";
            case ChunkRun.Lost:
                return "The lease was lost; another worker does it.";
            case ChunkRun.Gone:
                return "Nothing to do: it was done or cancelled.";
            case ChunkRun.NotReady:
                return "Not now: it is being done, paused, or not due. It gets another job when it is ready.";
            case ChunkRun.Limited:
                return "Not now: its kind or tenant runs as much as it may, or its priority is paused. It gets another job.";
            case ChunkRun.Stopping:
                return "Not here: this process stops. It gets another job.";
            case ChunkRun.Unserved:
                await dispatches.PostponeAsync(chunk, cancellationToken);
                return "Not here: this process does not serve its kind. It gets another job.";
            default:
                throw new InvalidOperationException("There is no such end of a run.");
        }
    }
}
