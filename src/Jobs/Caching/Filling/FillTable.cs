using System.Collections.Concurrent;

namespace Jobs.Caching.Filling;

/// <summary>The computations that are under way in this process, at most one for a key. Thread-safe.</summary>
internal sealed class FillTable
{
    private readonly ConcurrentDictionary<CacheKey, Fill> fills = new();

    // Those that nobody joins: they only look, or read a key as another type.
    private readonly ConcurrentDictionary<Fill, bool> alone = new();

    /// <summary>Joins the computation of a key, or becomes the one that does it.</summary>
    /// <returns>The computation, and whether the caller has to do it.</returns>
    public (Fill<T> Fill, bool IsOwn) Join<T>(CacheKey key, Func<Fill<T>> make)
    {
        while (true)
        {
            if (fills.TryGetValue(key, out var running))
            {
                if (running is not Fill<T> same)
                {
                    return (BeginAlone(make()), true);
                }
                if (same.TryJoin())
                {
                    return (same, false);
                }
                End(running);
            }
            else if (TryBegin(key, make) is { } own)
            {
                return (own, true);
            }
        }
    }

    /// <summary>Becomes the one who computes a key; null where somebody does already.</summary>
    public Fill<T>? TryBegin<T>(CacheKey key, Func<Fill<T>> make)
    {
        if (fills.ContainsKey(key))
        {
            return null;
        }
        var own = make();
        return fills.TryAdd(key, own) ? own : null;
    }

    /// <summary>Begins a computation that nobody joins.</summary>
    public Fill<T> BeginAlone<T>(Fill<T> fill)
    {
        alone[fill] = true;
        return fill;
    }

    public void End(Fill fill)
    {
        fills.TryRemove(KeyValuePair.Create(fill.Key, fill));
        alone.TryRemove(fill, out _);
    }

    /// <summary>What is under way for a key and began before a time is not kept; who comes now begins anew.</summary>
    public void Void(CacheKey key, long before)
    {
        if (fills.TryGetValue(key, out var fill))
        {
            Void(fill, before);
        }
        foreach (var other in alone.Keys.Where(f => f.Key.Equals(key)))
        {
            Void(other, before);
        }
    }

    public void VoidAll(Func<Fill, bool> which, long before)
    {
        foreach (var fill in fills.Values.Concat(alone.Keys))
        {
            if (which(fill))
            {
                Void(fill, before);
            }
        }
    }

    private void Void(Fill fill, long before)
    {
        if (fill.Token < before)
        {
            fill.MakeVoid();
            End(fill);
        }
    }
}
