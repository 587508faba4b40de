using System.Text.Json;
using System.Text.Unicode;
using Jobs.Batches;
using Jobs.Kinds;

namespace Jobs.Engine;

/// <summary>
/// What is known of the items of one leased chunk: which have an outcome, which are to be tried again, which are left;
/// and what of it the database does not know yet. Thread-safe.
/// </summary>
internal sealed class ChunkLedger(LeasedChunk chunk, EngineOptions options)
{
    /// <summary>Most bytes of a result.</summary>
    public const int MaxResultBytes = 4 * 1024 * 1024;

    private static readonly JsonReaderOptions AnyDepth = new() { MaxDepth = int.MaxValue };

    private readonly Lock gate = new();

    // What the database has for this chunk.
    private readonly ItemSet unsettled = chunk.Items.Copy();
    private readonly List<(int Position, ItemError Error)> retries = [];
    private OutcomeBuffer outcomes = new(chunk.Items.Count);
    private volatile bool cancelled = chunk.Cancelling;

    /// <summary>Whether what has no outcome ends cancelled.</summary>
    public bool IsCancelled => cancelled;

    /// <summary>From now on what has no outcome ends cancelled.</summary>
    public void Cancel()
    {
        lock (gate)
        {
            cancelled = true;
        }
    }

    /// <summary>Notes how an execution ended and decides what follows; returns the bytes of outcomes that wait to be settled.</summary>
    public int Record(int position, Attempt attempt, TimeSpan elapsed)
    {
        var microseconds = elapsed.Ticks / TimeSpan.TicksPerMicrosecond;
        lock (gate)
        {
            switch (attempt)
            {
                case { IsStopped: true } when cancelled:
                    outcomes.AddCancelled(position, microseconds);
                    break;
                case { IsStopped: true }:
                    // Neither done nor failed: it goes back with what has not started.
                    break;
                case { Error: { Retryable: true } error }
                    when chunk.Attempt < chunk.MaxAttempts && !cancelled:
                    retries.Add((position, error));
                    break;
                case { Error: { } error }:
                    outcomes.AddFailure(position, microseconds, error);
                    break;
                default:
                    AddSuccess(position, microseconds, attempt.Result.Span, attempt.IsTrusted);
                    break;
            }
            return outcomes.Length;
        }
    }

    /// <summary>The outcomes since the last time, for a chunk that goes on; null when there are none.</summary>
    public Settlement? TakeProgress()
    {
        lock (gate)
        {
            // A chunk whose last outcome is in is about to be finished.
            return outcomes.Count == 0 || outcomes.Count == unsettled.Count
                ? null
                : Take(Remaining(), [], false);
        }
    }

    /// <summary>What is to be written once nothing of the chunk runs any more.</summary>
    public Settlement Finish()
    {
        lock (gate)
        {
            // Mostly everything has its outcome.
            if (outcomes.Count == unsettled.Count)
            {
                return Take(null, [], handBack: false);
            }
            var left = Remaining();
            if (cancelled)
            {
                left.ForEach(item => outcomes.AddCancelled(item, 0));
                return Take(null, [], handBack: false);
            }
            retries.ForEach(r => left.Remove(r.Position));
            return Take(left.Count > 0 ? left : null, GroupRetries(), handBack: left.Count > 0);
        }
    }

    /// <summary>
    /// Instead of executing a chunk over which too many workers died: its halves are tried apart, and what is alone in
    /// its chunk is to blame.
    /// </summary>
    public Settlement Isolate()
    {
        lock (gate)
        {
            if (chunk.Items.Count == 1)
            {
                outcomes.AddFailure(
                    chunk.Items.NextFrom(0),
                    0,
                    AttemptErrors.WorkerLost(chunk.Deaths)
                );
                return Take(null, [], handBack: false);
            }
            var (lower, upper) = chunk.Items.Halve();
            return Take(
                null,
                [
                    new RetryChunk(lower, chunk.Attempt, TimeSpan.Zero),
                    new RetryChunk(upper, chunk.Attempt, TimeSpan.Zero),
                ],
                handBack: false
            );
        }
    }

    private void AddSuccess(
        int position,
        long microseconds,
        ReadOnlySpan<byte> result,
        bool trusted
    )
    {
        if (result.Length > MaxResultBytes)
        {
            outcomes.AddFailure(
                position,
                microseconds,
                AttemptErrors.ResultTooLarge(result.Length)
            );
        }
        else if (!trusted && !IsJson(result))
        {
            // It would make the whole page unreadable.
            outcomes.AddFailure(position, microseconds, AttemptErrors.InvalidResult);
        }
        else
        {
            outcomes.AddSuccess(position, microseconds, result);
        }
    }

    private static bool IsJson(ReadOnlySpan<byte> result)
    {
        if (result.IsEmpty)
        {
            return true;
        }
        if (!Utf8.IsValid(result))
        {
            return false;
        }
        if (ItemAcceptor.Accepts(result))
        {
            return true;
        }
        try
        {
            var reader = new Utf8JsonReader(result, AnyDepth);
            while (reader.Read()) { }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // The items without an outcome.
    private ItemSet Remaining()
    {
        var remaining = unsettled.Copy();
        outcomes.ForEachPosition(remaining.Remove);
        return remaining;
    }

    private Settlement Take(ItemSet? left, IReadOnlyList<RetryChunk> due, bool handBack)
    {
        var settlement = new Settlement(chunk, unsettled.Count)
        {
            Outcomes = outcomes,
            Left = left,
            HandBack = handBack,
            Retries = due,
        };
        if (!settlement.IsFinal)
        {
            outcomes.ForEachPosition(unsettled.Remove);
        }
        outcomes = new OutcomeBuffer();
        return settlement;
    }

    private List<RetryChunk> GroupRetries() =>
        retries
            .GroupBy(r => r.Error.RetryAfter)
            .Select(group =>
            {
                var items = ItemSet.Empty(chunk.PageCount);
                foreach (var (position, _) in group)
                {
                    items.Add(position);
                }
                var delay =
                    group.Key
                    ?? Backoff.After(
                        chunk.Attempt - chunk.AttemptsBefore,
                        options,
                        Random.Shared.NextDouble()
                    );
                return new RetryChunk(items, chunk.Attempt + 1, delay);
            })
            .ToList();
}
