namespace Jobs.Caching.Memory;

/// <summary>
/// Remembers the hashes of what was evicted last, as many as it has places. Two keys with one hash are taken for each
/// other, which only puts one of them into the wrong queue. Not thread-safe.
/// </summary>
internal sealed class GhostQueue(int places)
{
    private readonly Dictionary<int, int> placeOf = new();
    private readonly List<int> ring = [];
    private int next;

    public void Add(int hash)
    {
        if (ring.Count < places)
        {
            ring.Add(hash);
        }
        else
        {
            if (placeOf.TryGetValue(ring[next], out var last) && last == next)
            {
                placeOf.Remove(ring[next]);
            }
            ring[next] = hash;
        }
        placeOf[hash] = next;
        next = (next + 1) % places;
    }

    public bool Remove(int hash) => placeOf.Remove(hash);

    public void Clear()
    {
        placeOf.Clear();
        ring.Clear();
        next = 0;
    }
}
