using Jobs.Caching.Filling;
using Jobs.Caching.Memory;
using Jobs.Caching.Shared;
using Microsoft.Extensions.Caching.Hybrid;

namespace Jobs.Caching;

/// <summary>
/// The values of one namespace, tenant and, where asked, user: names and tags mean nothing outside of it, except that
/// a tag is one of all namespaces of its tenant. Thread-safe; made by <see cref="CacheStore"/>.
/// </summary>
/// <remarks>
/// A value is computed once for all of this process who ask at the same time. It must not be changed once it is given
/// or got; each caller gets one of its own unless its type is immutable. Nothing of the cache's own failures reaches a
/// caller.
/// </remarks>
public sealed class CacheScope : HybridCache
{
    private readonly CacheParts parts;
    private readonly CacheNamespace space;
    private readonly CacheRemover remover;
    private readonly MemoryTier memory;
    private readonly CacheClock clock;
    private readonly NamespaceStatistics statistics;
    private readonly ScopeReader reader;

    internal CacheScope(CacheParts parts, CacheRemover remover, CacheNamespace space, ScopeId id)
    {
        this.parts = parts;
        this.remover = remover;
        this.space = space;
        Id = id;
        memory = parts.Memory;
        clock = parts.Clock;
        statistics = space.Statistics;
        reader = new ScopeReader(parts, space);
    }

    internal ScopeId Id { get; }

    /// <inheritdoc/>
    public override ValueTask<T> GetOrCreateAsync<TState, T>(
        string key,
        TState state,
        Func<TState, CancellationToken, ValueTask<T>> factory,
        HybridCacheEntryOptions? options = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default
    )
    {
        if (options is null && TryHit(key, out T value, out _))
        {
            return new ValueTask<T>(value);
        }
        return ValueAsync(
            reader.GetAsync(KeyOf(key), state, factory, Of(options), tags, cancellationToken)
        );
    }

    /// <summary>
    /// The value of a name, computed where there is none, and where it came from. What the source throws reaches all
    /// who wait for it, unless there is a value that stands in for it.
    /// </summary>
    /// <param name="name">1 to <see cref="CacheName.Length"/> plain characters; another is hashed. Never a secret: see <see cref="CacheName.Hashed"/>.</param>
    /// <param name="state">For the source, so that it needs no closure.</param>
    /// <param name="source">
    /// May be called after this caller has gone, and for others beside it: it takes nothing that belongs to a request.
    /// Its token is cancelled when nobody waits any more.
    /// </param>
    /// <param name="options">How this value differs from the others of the namespace.</param>
    /// <param name="tags">By which it can be removed, at most <see cref="CacheTag.Most"/>.</param>
    /// <param name="cancellationToken">Ends the wait of this caller alone.</param>
    public ValueTask<CacheAnswer<T>> AnswerAsync<TState, T>(
        string name,
        TState state,
        Func<TState, CancellationToken, ValueTask<T>> source,
        CacheEntryOptions? options = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default
    )
    {
        if (options is null && TryHit(name, out T value, out var entry))
        {
            return new ValueTask<CacheAnswer<T>>(
                new CacheAnswer<T>(value, CacheStatus.Hit, parts.AgeOf(entry!))
            );
        }
        return reader.GetAsync(KeyOf(name), state, source, options, tags, cancellationToken);
    }

    /// <summary>The value of a name; null where neither tier has it.</summary>
    public async ValueTask<CacheAnswer<T>?> FindAsync<T>(
        string name,
        CancellationToken cancellationToken = default
    )
    {
        var answer = await reader.GetAsync<int, T>(
            KeyOf(name),
            0,
            null,
            null,
            null,
            cancellationToken
        );
        return answer.Status == CacheStatus.Miss ? null : answer;
    }

    /// <summary>
    /// The values of many names in one round trip; see <see cref="ManyRun{T}.RunAsync"/>. Unlike one name alone, they
    /// are not refreshed behind the caller's back, and nobody joins in.
    /// </summary>
    /// <param name="names">Distinct.</param>
    /// <param name="isShared">Whether what the source gives for a place is worth being written into the database.</param>
    internal Task AnswerManyAsync<T>(
        IReadOnlyList<string> names,
        Func<IReadOnlyList<int>, Action<int, T>, CancellationToken, Task> source,
        Action<int, CacheAnswer<T>> found,
        CacheEntryOptions? options,
        IEnumerable<string> tags,
        Func<int, bool> isShared,
        bool renew,
        CancellationToken cancellationToken
    ) =>
        new ManyRun<T>(
            parts,
            space,
            this,
            names,
            options,
            CacheTag.Of(Id.TenantId, tags),
            isShared
        ).RunAsync(source, found, renew, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask SetAsync<T>(
        string key,
        T value,
        HybridCacheEntryOptions? options = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default
    ) => SetAsync(key, value, Of(options), tags, cancellationToken);

    /// <summary>
    /// Writes a value into both tiers; the memory of the other processes forgets what it had. A value larger than one
    /// may be only removes what was there.
    /// </summary>
    public async ValueTask SetAsync<T>(
        string name,
        T value,
        CacheEntryOptions? options,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default
    )
    {
        var key = KeyOf(name);
        var qualified = CacheTag.Of(Id.TenantId, tags);
        var flags = options?.Flags ?? HybridCacheEntryFlags.None;
        var serializer = parts.Serializers.For<T>();
        var payload = serializer.Serialize(value);
        if (payload.Length > parts.Options.MaxValueBytes)
        {
            statistics.TooLarge();
            await remover.RemoveAsync([RemovalItem.Of(key)], cancellationToken);
            return;
        }
        var life = parts.LifeOf(space, options);
        var entry = parts.Entry(key, value, payload, qualified, life, TimeSpan.Zero, token: 0);
        parts.Fills.Void(key, long.MaxValue);
        Keep(entry, flags);
        if (flags.HasFlag(HybridCacheEntryFlags.DisableDistributedCacheWrite))
        {
            return;
        }
        var write = new SharedWrite(
            key,
            payload,
            serializer.IsJson,
            qualified,
            null,
            life.Fresh,
            life.Stale,
            life.Life
        );
        // What others wrote before that is older than this; and so is what was read from the database meanwhile, which
        // is left alone by now where the write is not certain.
        var at = await parts.Shared.SetAsync(write, cancellationToken);
        entry.Token = at ?? 0;
        parts.Fills.Void(key, at ?? long.MaxValue);
        if (at is null)
        {
            Keep(entry, flags);
        }
        else
        {
            memory.Remove(key, at.Value, EvictionCause.Removed);
        }
    }

    /// <inheritdoc/>
    public override ValueTask RemoveAsync(
        string key,
        CancellationToken cancellationToken = default
    ) => remover.RemoveAsync([RemovalItem.Of(KeyOf(key))], cancellationToken);

    /// <inheritdoc/>
    public override ValueTask RemoveAsync(
        IEnumerable<string> keys,
        CancellationToken cancellationToken = default
    ) => remover.RemoveAsync([.. keys.Select(k => RemovalItem.Of(KeyOf(k)))], cancellationToken);

    /// <summary>Removes what carries the tag, in all namespaces of the tenant.</summary>
    public override ValueTask RemoveByTagAsync(
        string tag,
        CancellationToken cancellationToken = default
    ) => RemoveByTagAsync([tag], cancellationToken);

    /// <summary>Removes what carries one of the tags, in all namespaces of the tenant.</summary>
    public override ValueTask RemoveByTagAsync(
        IEnumerable<string> tags,
        CancellationToken cancellationToken = default
    ) => remover.RemoveAsync(CacheRemover.Tags(Id.TenantId, tags), cancellationToken);

    /// <summary>Removes what has a name that begins like this; all of the scope where it is empty.</summary>
    public ValueTask RemoveByPrefixAsync(
        string prefix,
        CancellationToken cancellationToken = default
    ) =>
        remover.RemoveAsync(
            CacheRemover.Prefix(Id.TenantId, Id.Prefix + prefix),
            cancellationToken
        );

    internal CacheKey KeyOf(string name) => new(Id, CacheName.Stored(name));

    private void Keep(MemoryEntry entry, HybridCacheEntryFlags flags)
    {
        if (flags.HasFlag(HybridCacheEntryFlags.DisableLocalCacheWrite))
        {
            memory.Remove(entry.Key, long.MaxValue, EvictionCause.Removed);
        }
        else
        {
            memory.Set(entry);
        }
    }

    private bool TryHit<T>(string name, out T value, out MemoryEntry? entry)
    {
        var now = clock.Now;
        if (
            !parts.IsOff
            // A name that stands for a hash is never a caller's own.
            && name is { Length: > 0 }
            && name[0] != '#'
            && memory.TryGet(new CacheKey(Id, name), now, out entry)
            && now < entry.FreshUntil
            && entry.TryShare(out value)
        )
        {
            statistics.MemoryHit();
            return true;
        }
        value = default!;
        entry = null;
        return false;
    }

    private static async ValueTask<T> ValueAsync<T>(ValueTask<CacheAnswer<T>> answer) =>
        (await answer).Value;

    private static CacheEntryOptions? Of(HybridCacheEntryOptions? options) =>
        options is null
            ? null
            : new CacheEntryOptions
            {
                Ttl = options.Expiration,
                LocalTtl = options.LocalCacheExpiration,
                Flags = options.Flags ?? HybridCacheEntryFlags.None,
            };
}
