using System.Collections.Concurrent;
using Jobs.Kinds;
using Microsoft.Extensions.Logging;

namespace Jobs.Engine;

/// <summary>
/// The chunks of which this worker has the lease: from before they execute until what became of them is written, or
/// known to be lost. Thread-safe.
/// </summary>
/// <param name="forgotten">Called when a settlement is through, after the chunk is gone from here where that was its last.</param>
internal sealed class HeldChunks(
    KindRegistry kinds,
    Settler settler,
    EngineOptions options,
    Action forgotten,
    TimeProvider time,
    ILogger log
)
{
    private readonly ConcurrentDictionary<ChunkKey, ChunkExecution> held = new();

    public bool IsEmpty => held.IsEmpty;

    /// <summary>Takes a chunk that was leased.</summary>
    public ChunkExecution Add(LeasedChunk chunk)
    {
        if (!kinds.TryGet(chunk.Kind, out var kind))
        {
            throw new InvalidOperationException(
                $"A chunk of the kind '{chunk.Kind}', which was not asked for."
            );
        }
        var execution = new ChunkExecution(chunk, kind, options, SettleAsync, time, log);
        held[chunk.Key] = execution;
        return execution;
    }

    /// <summary>Whether it is known that this worker holds the chunk.</summary>
    public bool Knows(HeldChunk chunk) =>
        held.TryGetValue(chunk.Key, out var execution) && execution.Chunk.Token == chunk.Token;

    /// <summary>Not known any more, a chunk is handed back by the heartbeat, as if its worker had died over it.</summary>
    public void Disown(ChunkExecution execution)
    {
        held.TryRemove(new(execution.Chunk.Key, execution));
        execution.Release(settled: false);
    }

    /// <summary>Gives a chunk back; ends when the settler has taken it, with what it was given.</summary>
    public async Task<Settlement> HandBackAsync(
        LeasedChunk chunk,
        CancellationToken cancellationToken
    )
    {
        var settlement = new Settlement(chunk, chunk.Items.Count)
        {
            Left = chunk.Items,
            HandBack = true,
        };
        await SettleAsync(settlement, cancellationToken);
        return settlement;
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
                execution.Release(applied);
            }
        }
        forgotten();
    }
}
