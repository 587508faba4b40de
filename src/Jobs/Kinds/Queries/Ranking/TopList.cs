namespace Jobs.Kinds.Queries.Ranking;

/// <summary>The best of many candidates. Not thread-safe.</summary>
internal sealed class TopList(int most)
{
    private readonly PriorityQueue<Candidate, Candidate> heap = new(Candidate.WorstFirst);

    /// <summary>Documents, or passages where filters are still to be applied, that match.</summary>
    public long Total { get; set; }

    /// <summary>What scores less cannot come in.</summary>
    public float Least { get; private set; } = float.NegativeInfinity;

    public void Add(Candidate candidate)
    {
        if (heap.Count < most)
        {
            heap.Enqueue(candidate, candidate);
        }
        else
        {
            heap.EnqueueDequeue(candidate, candidate);
        }
        if (heap.Count == most)
        {
            Least = heap.Peek().Score;
        }
    }

    /// <summary>Best first.</summary>
    public IReadOnlyList<Candidate> ToList() =>
        [.. heap.UnorderedItems.Select(i => i.Element).Order(Candidate.BestFirst)];
}
