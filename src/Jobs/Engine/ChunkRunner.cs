using Jobs.Database;
using Jobs.Kinds;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Jobs.Engine;

/// <summary>
/// Leases, executes and settles one chunk that somebody names: a scheduler of jobs, as many at once as this worker has
/// slots. Naming it twice does the work once: the lease decides. Thread-safe.
/// </summary>
internal sealed class ChunkRunner(
    JobsDataSource database,
    RunningChunks running,
    DueChunks due,
    Heartbeat heartbeat,
    KindRegistry kinds,
    IOptions<EngineOptions> options
) : IDisposable
{
    private readonly IReadOnlyList<Kind> served = options.Value.ServedKinds(kinds);
    private readonly SlotGate slots = new(options.Value.Slots);

    // From the look at what this worker has room for until it holds what it leased.
    private readonly SemaphoreSlim leasing = new(1, 1);
    private volatile Running? process;
    private volatile TaskCompletionSource ended = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );

    /// <summary>From now on chunks are run.</summary>
    /// <param name="worker">The id of this worker at the time.</param>
    /// <param name="stopping">Ends the leasing, and keeps further items of leased chunks from starting.</param>
    /// <param name="giveUp">Ends everything.</param>
    public void Open(Func<Guid> worker, CancellationToken stopping, CancellationToken giveUp) =>
        process = new(worker, stopping, giveUp);

    /// <summary>After it was told to stop: ends when nothing is being leased any more.</summary>
    public async Task CloseAsync()
    {
        await leasing.WaitAsync(CancellationToken.None);
        leasing.Release();
    }

    /// <summary>Runs a chunk if it may run now; ends when what became of it is written.</summary>
    /// <param name="cancellationToken">Ends the wait for a slot; what is leased goes on.</param>
    /// <exception cref="NpgsqlException">The database cannot be reached. What was leased nonetheless is handed back by the worker's reconciliation.</exception>
    public async Task<ChunkRun> RunAsync(ChunkKey chunk, CancellationToken cancellationToken)
    {
        if (process is not { Stopping.IsCancellationRequested: false } now)
        {
            return ChunkRun.Stopping;
        }
        var run = await TryAsync(chunk, alone: false, now, cancellationToken);
        return run
            ?? await TryAsync(chunk, alone: true, now, cancellationToken)
            ?? ChunkRun.NotReady;
    }

    public void Dispose()
    {
        slots.Dispose();
        leasing.Dispose();
    }

    /// <summary>Null when the chunk is to be executed alone, and would not be.</summary>
    private async Task<ChunkRun?> TryAsync(
        ChunkKey key,
        bool alone,
        Running now,
        CancellationToken cancellationToken
    )
    {
        using var slot = await slots.EnterAsync(alone, cancellationToken);
        while (!now.Stopping.IsCancellationRequested)
        {
            var nextEnd = ended.Task;
            var (verdict, execution) = await StartAsync(key, alone, now, cancellationToken);
            if (execution is not null)
            {
                return await AwaitAsync(execution);
            }
            switch (verdict)
            {
                case null:
                    return ChunkRun.Gone;
                case ChunkVerdict.Due:
                    await due.PromoteAsync(cancellationToken);
                    break;
                case ChunkVerdict.Busy:
                    // Its turn has come; another process would have taken it if it had room.
                    await nextEnd
                        .WaitAsync(now.Stopping)
                        .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    break;
                case ChunkVerdict.Alone:
                    return null;
                case ChunkVerdict.Unserved:
                    return ChunkRun.Unserved;
                case ChunkVerdict.Limited or ChunkVerdict.Paused:
                    return ChunkRun.Limited;
                default:
                    return ChunkRun.NotReady;
            }
        }
        return ChunkRun.Stopping;
    }

    private async Task<ChunkRun> AwaitAsync(Task<bool> execution)
    {
        try
        {
            return await execution ? ChunkRun.Settled : ChunkRun.Lost;
        }
        finally
        {
            Interlocked
                .Exchange(ref ended, new(TaskCreationOptions.RunContinuationsAsynchronously))
                .SetResult();
        }
    }

    private async Task<(ChunkVerdict? Verdict, Task<bool>? Execution)> StartAsync(
        ChunkKey key,
        bool alone,
        Running now,
        CancellationToken cancellationToken
    )
    {
        await leasing.WaitAsync(cancellationToken);
        try
        {
            if (now.Stopping.IsCancellationRequested)
            {
                // Whoever waits for what runs does not wait for what would start now.
                return (ChunkVerdict.NotReady, null);
            }
            var free = running
                .FreeKinds()
                .ToDictionary(k => k.Kind.Name, k => k.Free, StringComparer.Ordinal);
            var request = new LeaseRequest(
                now.Worker(),
                [.. served.Select(k => (k, free.GetValueOrDefault(k.Name)))],
                1,
                Standing.Unknown
            )
            {
                TenantLimits = heartbeat.TenantLimits,
            };
            var (verdict, chunk) = await LeaseAsync(key, request, alone);
            if (verdict == ChunkVerdict.Exclusive)
            {
                (verdict, chunk) = await LeaseAsync(
                    key,
                    request with
                    {
                        TenantLimits = true,
                    },
                    alone
                );
            }
            return (
                verdict,
                chunk is null ? null : running.RunAsync(chunk, now.Stopping, now.GiveUp)
            );
        }
        finally
        {
            leasing.Release();
        }
    }

    // Not cancellable: an answer that is not awaited would leave a lease that nobody knows of.
    private async Task<(ChunkVerdict? Verdict, LeasedChunk? Chunk)> LeaseAsync(
        ChunkKey key,
        LeaseRequest request,
        bool alone
    )
    {
        await using var batch = database.Engine.CreateBatch();
        if (request.TenantLimits)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(LeaseStatements.Exclude));
        }
        batch.BatchCommands.Add(
            new NpgsqlBatchCommand(LeaseByIdStatement.Lease)
            {
                Parameters =
                {
                    new() { Value = request.Worker },
                    new() { Value = key.BatchId },
                    new() { Value = key.Id },
                    new() { Value = request.Kinds.Select(k => k.Kind.Name).ToArray() },
                    new() { Value = request.Kinds.Select(k => k.Free).ToArray() },
                    new() { Value = request.Kinds.Select(k => k.Kind.MaxRunning).ToArray() },
                    new() { Value = options.Value.MaxDeliveries },
                    new() { Value = alone },
                    new() { Value = request.TenantLimits },
                },
            }
        );
        await using var row = await batch.ExecuteReaderAsync(CancellationToken.None);
        if (request.TenantLimits)
        {
            await row.NextResultAsync(CancellationToken.None);
        }
        await row.ReadAsync(CancellationToken.None);
        if (!row.IsDBNull(0))
        {
            return (ChunkVerdict.Free, ChunkLeaser.Read(request, row));
        }
        return (row.IsDBNull(19) ? null : (ChunkVerdict)row.GetInt32(19), null);
    }

    private sealed record Running(
        Func<Guid> Worker,
        CancellationToken Stopping,
        CancellationToken GiveUp
    );
}
