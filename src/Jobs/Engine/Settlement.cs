using Jobs.Batches;

namespace Jobs.Engine;

/// <summary>What a worker writes about a chunk that it holds: once at its end, and before if it runs long.</summary>
/// <param name="Chunk">The chunk.</param>
/// <param name="Held">How many items the chunk still had in the database when this was made.</param>
internal sealed record Settlement(LeasedChunk Chunk, int Held)
{
    private readonly TaskCompletionSource<bool> applied = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );

    /// <summary>New outcomes; null when there are none.</summary>
    public OutcomeBuffer? Outcomes { get; init; }

    /// <summary>Items that stay with the chunk; null when it is done.</summary>
    public ItemSet? Left { get; init; }

    /// <summary>Whether what is left goes back to the queue; otherwise this worker goes on with it.</summary>
    public bool HandBack { get; init; }

    /// <summary>Whether this worker has nothing more to do with the chunk.</summary>
    public bool IsFinal => Left is null || HandBack;

    /// <summary>New chunks on the same page.</summary>
    public IReadOnlyList<RetryChunk> Retries { get; init; } = [];

    /// <summary>Whether it was written; false when the lease was lost and nothing was.</summary>
    public Task<bool> Applied => applied.Task;

    public void SetApplied(bool value) => applied.TrySetResult(value);
}

/// <summary>Items of a page that are to be executed after a pause.</summary>
internal readonly record struct RetryChunk(ItemSet Items, int Attempt, TimeSpan Delay);
