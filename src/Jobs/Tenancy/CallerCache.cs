using System.Collections.Concurrent;

namespace Jobs.Tenancy;

/// <summary>
/// Remembers for a few seconds who stands behind a key, in two generations: the younger one is written, and when it is
/// full or old it becomes the elder and the elder is dropped. So memory is bounded, and nothing has to be swept.
/// </summary>
/// <remarks>Thread-safe. A flood of distinct keys only makes the cache forget sooner.</remarks>
internal sealed class CallerCache<TKey>(TimeProvider time, TimeSpan lifetime, int capacity)
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private ConcurrentDictionary<TKey, Entry> _young = new();
    private ConcurrentDictionary<TKey, Entry> _old = new();

    /// <summary>The answer, where there is one that is fresh enough.</summary>
    /// <param name="key">The hash or the id of a key.</param>
    /// <param name="caller">Null where the answer is that there is nobody.</param>
    public bool TryGet(TKey key, out Caller? caller)
    {
        var found = _young.TryGetValue(key, out var entry) || _old.TryGetValue(key, out entry);
        if (!found || time.GetUtcNow() >= entry.Until)
        {
            caller = null;
            return false;
        }
        caller = entry.Caller;
        return true;
    }

    /// <summary>Remembers an answer of the database.</summary>
    /// <param name="key">The hash or the id of a key.</param>
    /// <param name="caller">Null where there is nobody.</param>
    /// <param name="asOf">When the database was asked: the lifetime starts then, not when it answered.</param>
    /// <param name="expiresAt">When the key itself ends, if ever.</param>
    public void Set(TKey key, Caller? caller, DateTimeOffset asOf, DateTimeOffset? expiresAt)
    {
        var until = asOf + lifetime;
        until = expiresAt < until ? expiresAt.Value : until;
        lock (_lock)
        {
            if (_young.Count >= capacity / 2)
            {
                _old = _young;
                _young = new ConcurrentDictionary<TKey, Entry>();
            }
            _young[key] = new Entry(caller, until);
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _young = new ConcurrentDictionary<TKey, Entry>();
            _old = new ConcurrentDictionary<TKey, Entry>();
        }
    }

    private readonly record struct Entry(Caller? Caller, DateTimeOffset Until);
}
