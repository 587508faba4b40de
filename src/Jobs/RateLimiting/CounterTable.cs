using System.Collections.Concurrent;

namespace Jobs.RateLimiting;

/// <summary>
/// The counters of this process, in two generations: a counter that is used is in the younger one, and when that is
/// full it becomes the elder, and the elder is dropped. So memory is bounded whoever calls from wherever, and what is
/// dropped is what was not used for longest. While the counters are shared nothing is lost with one but permits that
/// were not used. Thread-safe.
/// </summary>
internal sealed class CounterTable(int capacity)
{
    private readonly Lock gate = new();
    private volatile ConcurrentDictionary<CounterKey, Counter> young = new();
    private volatile ConcurrentDictionary<CounterKey, Counter> old = new();

    public int Count => young.Count + old.Count;

    public Counter Get(RateLimitPolicy policy, in RateLimitSubject subject, RateClock clock)
    {
        var key = new CounterKey(policy.Id, subject.Kind, subject.Id);
        return young.TryGetValue(key, out var counter) ? counter : Add(key, policy, subject, clock);
    }

    public Counter? Find(CounterKey key) =>
        young.TryGetValue(key, out var counter) || old.TryGetValue(key, out counter)
            ? counter
            : null;

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
            if (young.TryGetValue(key, out var counter))
            {
                return counter;
            }
            if (!old.TryRemove(key, out counter))
            {
                counter = new Counter(policy.Name, subject, clock);
            }
            if (young.Count >= capacity / 2)
            {
                old = young;
                young = new ConcurrentDictionary<CounterKey, Counter>();
            }
            young[key] = counter;
            return counter;
        }
    }
}
