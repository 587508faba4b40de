using Jobs.Caching.Filling;
using Jobs.Caching.Memory;
using Jobs.Caching.Shared;

namespace Jobs.Caching;

/// <summary>
/// Removes: from the memory of this process at once, from the database for all, and from the memory of this process
/// what was read from the database meanwhile. Thread-safe.
/// </summary>
internal sealed class CacheRemover(MemoryTier memory, SharedTier shared, FillTable fills)
{
    // The namespace, the user and the name.
    internal const int MostPrefix = 300;

    /// <summary>Tags of a tenant.</summary>
    /// <exception cref="ArgumentException">One is no tag.</exception>
    public static RemovalItem[] Tags(int tenantId, IEnumerable<string> tags) =>
        [.. CheckedTags(tags).Select(t => new RemovalItem(RemovalKind.Tag, tenantId, t))];

    /// <summary>Tags of all tenants.</summary>
    /// <exception cref="ArgumentException">One is no tag.</exception>
    public static RemovalItem[] TagsOfAll(IEnumerable<string> tags) =>
        [.. CheckedTags(tags).Select(t => new RemovalItem(RemovalKind.TagOfAll, 0, t))];

    public static bool IsPrefix(string prefix) =>
        prefix.Length <= MostPrefix && !prefix.Any(c => char.IsControl(c) || char.IsSurrogate(c));

    /// <summary>All keys of a tenant that begin like this.</summary>
    /// <exception cref="ArgumentException">It has characters that no key has, or more of them.</exception>
    public static RemovalItem[] Prefix(int tenantId, string prefix) =>
        IsPrefix(prefix)
            ? [new RemovalItem(RemovalKind.Prefix, tenantId, prefix)]
            : throw new ArgumentException(
                $"A prefix has at most {MostPrefix} characters, none a control character.",
                nameof(prefix)
            );

    public async ValueTask RemoveAsync(
        IReadOnlyCollection<RemovalItem> items,
        CancellationToken cancellationToken
    )
    {
        if (items.Count == 0)
        {
            return;
        }
        foreach (var item in items)
        {
            Forget(item, long.MaxValue);
        }
        if (await shared.RemoveAsync(items, cancellationToken) is { } at)
        {
            foreach (var item in items)
            {
                Forget(item, at);
            }
        }
    }

    /// <summary>Removes from the memory of this process what was filled before a time.</summary>
    public void Forget(RemovalItem item, long before)
    {
        // What is under way first: what it has kept by then is found in the memory.
        switch (item.Kind)
        {
            case RemovalKind.Key:
                if (CacheKey.Parse(item.TenantId, item.Name) is { } key)
                {
                    fills.Void(key, before);
                    memory.Remove(key, before, EvictionCause.Removed);
                }
                break;
            case RemovalKind.Tag:
                var tag = CacheTag.Qualified(item.TenantId, item.Name);
                fills.VoidAll(f => f.MayCarry(t => t == tag), before);
                memory.RemoveTag(tag, before);
                break;
            case RemovalKind.TagOfAll:
                fills.VoidAll(
                    f => f.MayCarry(t => CacheTag.Bare(t).SequenceEqual(item.Name)),
                    before
                );
                memory.RemoveTagOfAll(item.Name, before);
                break;
            case RemovalKind.Prefix:
                fills.VoidAll(
                    f =>
                        f.Key.Scope.TenantId == item.TenantId
                        && f.Key.Stored.StartsWith(item.Name, StringComparison.Ordinal),
                    before
                );
                memory.RemovePrefix(item.TenantId, item.Name, before);
                break;
            case RemovalKind.Everything:
                fills.VoidAll(_ => true, before);
                memory.RemoveBefore(before);
                break;
        }
    }

    /// <summary>Forgets all that this process has in its memory: what was removed meanwhile is not known.</summary>
    public void Flush()
    {
        fills.VoidAll(_ => true, long.MaxValue);
        memory.Clear(EvictionCause.Flushed);
    }

    private static IEnumerable<string> CheckedTags(IEnumerable<string> tags) =>
        tags.Select(t =>
            CacheTag.IsTag(t)
                ? t
                : throw new ArgumentException(
                    $"A tag has 1 to {CacheTag.Length} characters, none a control character.",
                    nameof(tags)
                )
        );
}
