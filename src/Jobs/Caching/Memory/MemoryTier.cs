using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;

namespace Jobs.Caching.Memory;

/// <summary>
/// The values in the memory of this process: never more of them than configured, nor more bytes. What goes is chosen
/// by S3-FIFO (Yang, Zhang, Qiu, Yue, Vigfusson: "FIFO queues are all you need for cache eviction", SOSP 2023): a
/// small share of the room is for what has just come, and what was not asked for again there leaves without having
/// displaced what is in use.
/// </summary>
/// <remarks>Thread-safe. Reads take no lock and write nothing but a counter that ends at three.</remarks>
internal sealed class MemoryTier(
    IOptions<CacheOptions> options,
    CacheClock clock,
    CacheStatistics statistics
)
{
    private const byte MostUses = 3;

    // A thirty-third of the room and one use to stay, where the paper has a tenth and two: what is less popular then
    // has less of the room, which answers half a percent more of every trace of the bench.
    private const int SmallShare = 33;
    private const byte UsesToStay = 1;

    private readonly int maxEntries = options.Value.MaxEntries;
    private readonly long maxBytes = options.Value.MaxBytes;
    private readonly ConcurrentDictionary<CacheKey, MemoryEntry> entries = new();
    private readonly EntryQueue small = new();
    private readonly EntryQueue main = new();
    private readonly GhostQueue ghosts = new(options.Value.MaxEntries);
    private readonly TagIndex tags = new();
    private readonly Lock gate = new();

    public int Count => entries.Count;

    public long Bytes
    {
        get
        {
            lock (gate)
            {
                return small.Bytes + main.Bytes;
            }
        }
    }

    /// <summary>The entry of a key, which may be past its freshness, but not expired.</summary>
    public bool TryGet(CacheKey key, long now, [MaybeNullWhen(false)] out MemoryEntry entry)
    {
        if (!entries.TryGetValue(key, out entry))
        {
            return false;
        }
        if (entry.Uses < MostUses)
        {
            entry.Uses++;
        }
        if (now < entry.ExpiresAt)
        {
            return true;
        }
        Remove(entry, EvictionCause.Expired);
        entry = null;
        return false;
    }

    /// <summary>Keeps an entry, whatever has to go for it; false where it is larger than all the room.</summary>
    public bool Set(MemoryEntry entry)
    {
        lock (gate)
        {
            return SetWithLock(entry);
        }
    }

    /// <summary>Keeps an entry unless its fill was voided: whoever removes voids before it looks here.</summary>
    public bool SetUnless(MemoryEntry entry, Func<bool> isVoid)
    {
        lock (gate)
        {
            return !isVoid() && SetWithLock(entry);
        }
    }

    public void Remove(CacheKey key, long before, EvictionCause cause)
    {
        // Looked for under the lock: a fill that was not void a moment ago may be about to keep its value.
        lock (gate)
        {
            if (entries.TryGetValue(key, out var entry) && entry.Token < before)
            {
                DropWithLock(entry, cause);
            }
        }
    }

    /// <summary>Removes what carries a tag and whose source may have been read before a time.</summary>
    public void RemoveTag(string tag, long before) => RemoveAll(() => tags.Of(tag), before);

    /// <summary>The same for a tag of all tenants.</summary>
    public void RemoveTagOfAll(string tag, long before) =>
        RemoveAll(
            () =>
                tags
                    .Tags.Where(qualified => CacheTag.Bare(qualified).SequenceEqual(tag))
                    .SelectMany(tags.Of),
            before
        );

    public void RemovePrefix(int tenantId, string prefix, long before) =>
        RemoveAll(
            () =>
                entries.Values.Where(e =>
                    e.Key.Scope.TenantId == tenantId
                    && StartsWith(e.Key.Scope.Prefix, e.Key.Name, prefix)
                ),
            before
        );

    /// <summary>Removes all whose source may have been read before a time.</summary>
    public void RemoveBefore(long before) => RemoveAll(() => entries.Values, before);

    /// <summary>Empties it.</summary>
    public void Clear(EvictionCause cause)
    {
        lock (gate)
        {
            foreach (var entry in entries.Values.ToList())
            {
                DropWithLock(entry, cause);
            }
            ghosts.Clear();
        }
    }

    /// <summary>How many entries there are of each namespace, and their bytes.</summary>
    public Dictionary<string, (int Entries, long Bytes)> ByNamespace() =>
        entries
            .Values.GroupBy(e => e.Key.Scope.Namespace, StringComparer.Ordinal)
            .ToDictionary(
                g => g.Key,
                g => (g.Count(), g.Sum(e => (long)e.Size)),
                StringComparer.Ordinal
            );

    // Without putting the two together.
    private static bool StartsWith(string scope, string name, string prefix) =>
        prefix.Length <= scope.Length
            ? scope.StartsWith(prefix, StringComparison.Ordinal)
            : prefix.StartsWith(scope, StringComparison.Ordinal)
                && name.AsSpan().StartsWith(prefix.AsSpan(scope.Length));

    private void RemoveAll(Func<IEnumerable<MemoryEntry>> select, long before)
    {
        lock (gate)
        {
            foreach (var entry in select().Where(e => e.Token < before).ToList())
            {
                DropWithLock(entry, EvictionCause.Removed);
            }
        }
    }

    private void Remove(MemoryEntry entry, EvictionCause cause)
    {
        lock (gate)
        {
            DropWithLock(entry, cause);
        }
    }

    private bool SetWithLock(MemoryEntry entry)
    {
        var size = entry.Size;
        var queue = small;
        if (entries.TryGetValue(entry.Key, out var former))
        {
            queue = former.Queue!;
            entry.Uses = former.Uses;
            DropWithLock(former, EvictionCause.Replaced);
        }
        if (size > maxBytes)
        {
            return false;
        }
        var now = clock.Now;
        while (entries.Count >= maxEntries)
        {
            EvictWithLock(now, EvictionCause.Entries);
        }
        while (small.Bytes + main.Bytes + size > maxBytes)
        {
            EvictWithLock(now, EvictionCause.Bytes);
        }
        if (former is null && ghosts.Remove(entry.Key.GetHashCode()))
        {
            queue = main;
        }
        queue.Add(entry);
        tags.Add(entry);
        entries[entry.Key] = entry;
        statistics.Of(entry.Key.Scope).MemorySet();
        return true;
    }

    private void DropWithLock(MemoryEntry entry, EvictionCause cause)
    {
        if (entry.Queue is not { } queue)
        {
            return;
        }
        queue.Remove(entry);
        tags.Remove(entry);
        entries.TryRemove(KeyValuePair.Create(entry.Key, entry));
        statistics.Of(entry.Key.Scope).Evicted(cause);
    }

    private void EvictWithLock(long now, EvictionCause cause)
    {
        var smallIsFull =
            small.Count * SmallShare >= small.Count + main.Count
            || small.Bytes * SmallShare >= small.Bytes + main.Bytes;
        if (small.Count == 0 || (main.Count > 0 && !smallIsFull) || !EvictSmallWithLock(now, cause))
        {
            EvictMainWithLock(now, cause);
        }
    }

    // False where everything in it was in use and has moved on.
    private bool EvictSmallWithLock(long now, EvictionCause cause)
    {
        while (small.Oldest is { } oldest)
        {
            if (oldest.Uses >= UsesToStay && now < oldest.ExpiresAt)
            {
                oldest.Uses = 0;
                small.Remove(oldest);
                main.Add(oldest);
                continue;
            }
            ghosts.Add(oldest.Key.GetHashCode());
            DropWithLock(oldest, now < oldest.ExpiresAt ? cause : EvictionCause.Expired);
            return true;
        }
        return false;
    }

    private void EvictMainWithLock(long now, EvictionCause cause)
    {
        while (main.Oldest is { } oldest)
        {
            if (oldest.Uses > 0 && now < oldest.ExpiresAt)
            {
                oldest.Uses--;
                main.Remove(oldest);
                main.Add(oldest);
                continue;
            }
            DropWithLock(oldest, now < oldest.ExpiresAt ? cause : EvictionCause.Expired);
            return;
        }
    }
}
