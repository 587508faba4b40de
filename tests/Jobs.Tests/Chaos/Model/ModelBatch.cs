using Jobs.Batches;

namespace Jobs.Tests.Chaos.Model;

/// <summary>A batch as it must be: the rules of the state machine without a database. Not thread-safe.</summary>
internal sealed class ModelBatch
{
    private readonly (ItemState State, int Attempt)?[] outcomes;
    private readonly int perPage;
    private bool started;

    public ModelBatch(int items, int perPage)
    {
        outcomes = new (ItemState, int)?[items];
        this.perPage = perPage;
        Chunks =
        [
            .. Enumerable.Range(0, items).Chunk(perPage).Select(c => new ModelChunk(c, 1, 0)),
        ];
    }

    public List<ModelChunk> Chunks { get; }

    public BatchState State { get; private set; } = BatchState.Queued;

    public BatchCounts Counts =>
        new(
            outcomes.Length,
            Chunks.Where(c => c.State != "leased").Sum(c => c.Items.Length),
            Chunks.Where(c => c.State == "leased").Sum(c => c.Items.Length),
            CountOf(ItemState.Succeeded),
            CountOf(ItemState.Failed),
            CountOf(ItemState.Cancelled)
        );

    /// <summary>The states of the items in their order.</summary>
    public IEnumerable<ItemState> Items =>
        outcomes.Select(
            (outcome, item) =>
                outcome?.State
                ?? (
                    Chunks.Single(c => c.Items.Contains(item)).State == "leased"
                        ? ItemState.Running
                        : ItemState.Pending
                )
        );

    public void Lease(ModelChunk chunk)
    {
        chunk.State = "leased";
        if (State == BatchState.Queued)
        {
            (State, started) = (BatchState.Running, true);
        }
    }

    /// <summary>Items of a leased chunk got their outcomes; it stays with the rest, if there is any.</summary>
    public void Settle(ModelChunk chunk, IReadOnlyDictionary<int, ItemState> settled)
    {
        foreach (var (item, state) in settled)
        {
            outcomes[item] = (state, chunk.Attempt);
        }
        chunk.Items = [.. chunk.Items.Where(i => !settled.ContainsKey(i))];
        started = true;
        if (State == BatchState.Queued)
        {
            State = BatchState.Running;
        }
    }

    /// <summary>A leased chunk is over: what is left of it goes back, or it is gone.</summary>
    public void End(ModelChunk chunk)
    {
        if (chunk.Items.Length > 0)
        {
            chunk.State = Free;
        }
        else
        {
            Chunks.Remove(chunk);
        }
        if (Counts.Done == outcomes.Length)
        {
            State = State == BatchState.Cancelling ? BatchState.Cancelled : BatchState.Completed;
        }
    }

    /// <summary>Items of a leased chunk become a chunk of their own.</summary>
    public void Split(ModelChunk chunk, int[] items, int attempt, bool later)
    {
        later &= State != BatchState.Cancelling;
        chunk.Items = [.. chunk.Items.Except(items)];
        Chunks.Add(
            new ModelChunk(items, attempt, chunk.AttemptsBefore)
            {
                State =
                    State == BatchState.Paused ? "held"
                    : later ? "scheduled"
                    : "ready",
                Later = later,
            }
        );
    }

    /// <summary>The worker of a leased chunk died.</summary>
    public void Lose(ModelChunk chunk)
    {
        chunk.State = Free;
        chunk.Deaths++;
    }

    public SteerResult Pause()
    {
        if (State is not (BatchState.Queued or BatchState.Running))
        {
            return State == BatchState.Paused ? SteerResult.Already : SteerResult.Illegal;
        }
        foreach (var chunk in Chunks.Where(c => c.State is "ready" or "scheduled"))
        {
            chunk.State = "held";
        }
        State = BatchState.Paused;
        return SteerResult.Done;
    }

    public SteerResult Resume()
    {
        if (State != BatchState.Paused)
        {
            return State is BatchState.Queued or BatchState.Running
                ? SteerResult.Already
                : SteerResult.Illegal;
        }
        started |= Chunks.Exists(c => c.State == "leased");
        foreach (var chunk in Chunks.Where(c => c.State == "held"))
        {
            chunk.State = chunk.Later ? "scheduled" : "ready";
        }
        State = started ? BatchState.Running : BatchState.Queued;
        return SteerResult.Done;
    }

    public SteerResult Cancel()
    {
        if (State is BatchState.Cancelling or BatchState.Cancelled)
        {
            return SteerResult.Already;
        }
        if (State.IsEnded())
        {
            return SteerResult.Illegal;
        }
        foreach (var chunk in Chunks.Where(c => c.State != "leased"))
        {
            foreach (var item in chunk.Items)
            {
                outcomes[item] = (ItemState.Cancelled, chunk.Attempt - 1);
            }
        }
        Chunks.RemoveAll(c => c.State != "leased");
        State = Counts.Done == outcomes.Length ? BatchState.Cancelled : BatchState.Cancelling;
        return SteerResult.Done;
    }

    public RetryResult Retry(ItemState status)
    {
        if (State == BatchState.Cancelling)
        {
            return new(SteerResult.Illegal, 0);
        }
        var chosen = Enumerable
            .Range(0, outcomes.Length)
            .Where(i => outcomes[i]?.State == status)
            .ToList();
        foreach (var group in chosen.GroupBy(i => (i / perPage, outcomes[i]!.Value.Attempt)))
        {
            var attempt = group.Key.Attempt;
            Chunks.Add(new ModelChunk([.. group], attempt + 1, attempt) { State = Free });
        }
        chosen.ForEach(i => outcomes[i] = null);
        if (chosen.Count > 0 && State.IsEnded())
        {
            (State, started) = (BatchState.Running, true);
        }
        return new(SteerResult.Done, chosen.Count);
    }

    /// <summary>Every time that lay ahead has come.</summary>
    public void PassTime()
    {
        foreach (var chunk in Chunks)
        {
            chunk.Later = false;
            chunk.State = chunk.State == "scheduled" ? "ready" : chunk.State;
        }
    }

    private string Free => State == BatchState.Paused ? "held" : "ready";

    private int CountOf(ItemState state) => outcomes.Count(o => o?.State == state);
}
