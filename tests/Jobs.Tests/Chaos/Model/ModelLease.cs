using Jobs.Engine;
using Jobs.Kinds;

namespace Jobs.Tests.Chaos.Model;

/// <summary>A leased chunk: what its worker knows of it, and what must come of that.</summary>
internal sealed class ModelLease(
    LeasedChunk chunk,
    ModelChunk model,
    Guid worker,
    EngineOptions options
)
{
    private readonly Dictionary<int, Attempt> recorded = [];

    public LeasedChunk Chunk => chunk;

    public ModelChunk Model => model;

    public Guid Worker => worker;

    public ChunkLedger Ledger { get; } = new(chunk, options);

    /// <summary>Items whose execution has not ended.</summary>
    public IEnumerable<int> Unrecorded => model.Items.Where(i => !recorded.ContainsKey(i));

    /// <summary>What is to be tried again, by its delay.</summary>
    public ILookup<TimeSpan, int> Retries =>
        model
            .Items.Where(i => recorded.TryGetValue(i, out var attempt) && IsRetried(attempt))
            .ToLookup(i => recorded[i].Error!.RetryAfter!.Value);

    /// <summary>What has an outcome that the database does not know.</summary>
    public Dictionary<int, Jobs.Batches.ItemState> Outcomes =>
        model
            .Items.Where(i => recorded.TryGetValue(i, out var attempt) && !IsRetried(attempt))
            .ToDictionary(
                i => i,
                i =>
                    recorded[i].Error is null
                        ? Jobs.Batches.ItemState.Succeeded
                        : Jobs.Batches.ItemState.Failed
            );

    public void Record(int item, Attempt attempt)
    {
        // What was tried in vain when its batch was already being cancelled fails.
        recorded[item] =
            Ledger.IsCancelled && attempt.Error is { } error
                ? Attempt.Failed(error with { Retryable = false })
                : attempt;
        Ledger.Record(item - chunk.First, attempt, TimeSpan.FromMilliseconds(1));
    }

    private bool IsRetried(Attempt attempt) =>
        attempt.Error is { Retryable: true } && chunk.Attempt < chunk.MaxAttempts;

    public static Attempt Draw(Random random) =>
        random.Next(6) switch
        {
            0 => Attempt.Failed(new ItemError("broken", "It is broken.", Retryable: false)),
            1 => Attempt.Failed(new ItemError("busy", "At once.", true, TimeSpan.Zero)),
            2 => Attempt.Failed(new ItemError("busy", "Later.", true, TimeSpan.FromHours(1))),
            _ => Attempt.Ended(ItemOutcome.Success()),
        };
}
