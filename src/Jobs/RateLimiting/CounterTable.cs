namespace Jobs.RateLimiting;

/// <summary>
/// The counters of this process, in two generations: a counter that is used is in the younger one, and when that is
/// full it becomes the elder, and the elder is dropped. So memory is bounded whoever calls from wherever, and what is
/// dropped is what was not used for longest. While the counters are shared nothing is lost with one but permits that
/// were not used. Thread-safe; to find one that is in use takes no lock.
/// </summary>
/// <remarks>
/// Of its own, and not a concurrent dictionary, because among many callers a decision takes as long as its memory: here
/// a line of the table and the counter itself, there a bucket, a node of two lines with the key, and the counter.
/// </remarks>
internal sealed class CounterTable(int capacity)
{
    private readonly Lock gate = new();
    private volatile CounterSlots young = new();
    private CounterSlots old = new();
    private int moved;

    public int Count
    {
        get
        {
            lock (gate)
            {
                return young.Count + old.Count - moved;
            }
        }
    }

    public Counter Get(RateLimitPolicy policy, in RateLimitSubject subject, RateClock clock)
    {
        var key = new CounterKey(policy.Id, subject);
        return young.Find(key) ?? Add(key, policy, subject, clock);
    }

    public Counter? Find(CounterKey key)
    {
        lock (gate)
        {
            return young.Find(key) ?? old.Find(key);
        }
    }

    // Under the lock, so that there are never two of a key.
    private Counter Add(
        CounterKey key,
        RateLimitPolicy policy,
        in RateLimitSubject subject,
        RateClock clock
    )
    {
        lock (gate)
        {
            if (young.Find(key) is { } there)
            {
                return there;
            }
            var counter = old.Find(key);
            moved += counter is null ? 0 : 1;
            counter ??= new Counter(key, policy.Name, subject, clock);
            if (young.Count >= capacity / 2)
            {
                old = young;
                moved = 0;
                young = new CounterSlots();
            }
            young = young.With(counter);
            return counter;
        }
    }
}
