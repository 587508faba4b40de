using System.Collections.Concurrent;
using System.Text.Json;
using Jobs.Caching.Memory;
using Jobs.Caching.Shared;
using Microsoft.Extensions.Options;

namespace Jobs.Caching;

/// <summary>
/// The cache of this process and, through the database, of all: hands out scopes, and does what is beyond one scope.
/// Thread-safe. No failure of the cache reaches a caller.
/// </summary>
public sealed class CacheStore
{
    private const int MostScopes = 10_000;

    private readonly CacheParts parts;
    private readonly CacheRemover remover;
    private readonly CacheOptions options;
    private readonly ConcurrentDictionary<string, CacheNamespace> namespaces = new(
        StringComparer.Ordinal
    );
    private readonly ConcurrentDictionary<(string Name, int TenantId), CacheScope> scopes = new();

    internal CacheStore(CacheParts parts, CacheRemover remover, IOptions<CacheOptions> options)
    {
        this.parts = parts;
        this.remover = remover;
        this.options = options.Value;
    }

    /// <summary>Characters of a prefix that is removed.</summary>
    public const int PrefixLength = CacheRemover.MostPrefix;

    /// <summary>Whether values are shared with other processes at this moment.</summary>
    public bool IsShared => parts.Shared.IsAvailable;

    /// <summary>Whether a text is a key as callers write it: <c>namespace:name</c>.</summary>
    public static bool IsKey(string? key) => key is not null && KeyOf(0, key) is not null;

    /// <summary>Whether a text can be a prefix that is removed.</summary>
    public static bool IsPrefix(string prefix) => CacheRemover.IsPrefix(prefix);

    /// <summary>What belongs to a namespace and a tenant, and to a user where one is named.</summary>
    /// <param name="name">Of <see cref="CacheNamespaces"/>, of the configuration, or another, which lives as <c>default</c> does.</param>
    /// <param name="tenantId">0 for what belongs to no tenant.</param>
    /// <param name="user">Whoever else is to be kept apart; only a hash of it is stored.</param>
    public CacheScope Scope(string name, int tenantId, string? user = null)
    {
        if (user is null && scopes.TryGetValue((name, tenantId), out var known))
        {
            return known;
        }
        var scope = new CacheScope(
            parts,
            remover,
            Namespace(name),
            ScopeId.Of(name, tenantId, user)
        );
        if (user is null && scopes.Count < MostScopes)
        {
            scopes[(name, tenantId)] = scope;
        }
        return scope;
    }

    /// <summary>
    /// The JSON of what stands under keys of a tenant (<c>namespace:name</c>), fresh or stale, in their order; null
    /// where there is nothing. What belongs to a user is not found.
    /// </summary>
    public async ValueTask<IReadOnlyList<CachedJson?>> FindAsync(
        int tenantId,
        IReadOnlyList<string> keys,
        CancellationToken cancellationToken
    )
    {
        var found = new CachedJson?[keys.Count];
        var missing = new List<(int Index, CacheKey Key)>();
        var now = parts.Clock.Now;
        for (var i = 0; i < keys.Count; i++)
        {
            if (KeyOf(tenantId, keys[i]) is not { } key)
            {
                continue;
            }
            if (parts.Memory.TryGet(key, now, out var entry) && now < entry.StaleUntil)
            {
                parts.Statistics.Of(key.Scope).InMemory(now < entry.FreshUntil);
                found[i] = Json(entry);
            }
            else
            {
                missing.Add((i, key));
            }
        }
        var answers =
            missing.Count == 0
                ? null
                : await parts.Shared.ReadManyAsync(
                    missing.ConvertAll(m => m.Key),
                    cancellationToken
                );
        foreach (var (place, (index, key)) in missing.Index())
        {
            var counts = parts.Statistics.Of(key.Scope);
            if (answers?[place].Entry is { } entry && entry.Stale > TimeSpan.Zero)
            {
                counts.InShared(entry.Fresh > TimeSpan.Zero);
                found[index] = new CachedJson(entry.Value, entry.IsJson);
            }
            else
            {
                counts.Miss();
            }
        }
        return found;
    }

    /// <summary>Removes what stands under keys of a tenant (<c>namespace:name</c>).</summary>
    public ValueTask RemoveAsync(
        int tenantId,
        IEnumerable<string> keys,
        CancellationToken cancellationToken
    ) =>
        remover.RemoveAsync(
            [.. keys.Select(k => KeyOf(tenantId, k)).OfType<CacheKey>().Select(RemovalItem.Of)],
            cancellationToken
        );

    /// <summary>Removes what carries one of the tags, of a tenant.</summary>
    public ValueTask RemoveByTagAsync(
        int tenantId,
        IEnumerable<string> tags,
        CancellationToken cancellationToken
    ) => remover.RemoveAsync(CacheRemover.Tags(tenantId, tags), cancellationToken);

    /// <summary>Removes what carries one of the tags, of all tenants.</summary>
    public ValueTask RemoveByTagOfAllAsync(
        IEnumerable<string> tags,
        CancellationToken cancellationToken
    ) => remover.RemoveAsync(CacheRemover.TagsOfAll(tags), cancellationToken);

    /// <summary>Removes the keys of a tenant that begin like this (<c>namespace:…</c>), those of its users among them.</summary>
    public ValueTask RemoveByPrefixAsync(
        int tenantId,
        string prefix,
        CancellationToken cancellationToken
    ) => remover.RemoveAsync(CacheRemover.Prefix(tenantId, prefix), cancellationToken);

    /// <summary>Removes everything, of all tenants, on all nodes.</summary>
    public ValueTask ClearAsync(CancellationToken cancellationToken) =>
        remover.RemoveAsync([RemovalItem.Everything], cancellationToken);

    /// <summary>How long a value of a namespace is fresh at least, where nothing else is said of it.</summary>
    internal TimeSpan FreshAtLeast(string name) =>
        EntryLife.Of(Namespace(name).Options, null, options.Jitter, random: 1).Fresh;

    /// <summary>What the cache of this process has done and holds.</summary>
    public CacheSummary Summary() =>
        new(
            options.Shared,
            IsShared,
            parts.Memory.Count,
            options.MaxEntries,
            parts.Memory.Bytes,
            options.MaxBytes,
            parts.Statistics.SharedFailures,
            parts.Statistics.SharedReads.Read(),
            parts.Statistics.SharedWrites.Read(),
            parts.Statistics.Fills.Read(),
            parts.Statistics.Read(parts.Memory.ByNamespace())
        );

    private CacheNamespace Namespace(string name) =>
        namespaces.GetOrAdd(
            name,
            n =>
            {
                if (!CacheNamespaces.IsName(n))
                {
                    throw new ArgumentException(
                        "A namespace has 1 to 40 of a-z, 0-9, _ and -.",
                        nameof(name)
                    );
                }
                var known = CacheNamespaces.Known.GetValueOrDefault(n) ?? Default();
                var configured = options.Namespaces.TryGetValue(n, out var own)
                    ? own.Over(known)
                    : known;
                return new CacheNamespace(n, configured, parts.Statistics.Of(n));
            }
        );

    private CacheNamespaceOptions Default()
    {
        var known = CacheNamespaces.Known[CacheNamespaces.Default];
        return options.Namespaces.TryGetValue(CacheNamespaces.Default, out var own)
            ? own.Over(known)
            : known;
    }

    // As callers write it: the name may be one that is hashed, and never one of a user's.
    internal static CacheKey? KeyOf(int tenantId, string key)
    {
        var colon = key.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && colon < key.Length - 1 && CacheNamespaces.IsName(key[..colon])
            ? new CacheKey(
                ScopeId.Of(key[..colon], tenantId, null),
                CacheName.Stored(key[(colon + 1)..])
            )
            : null;
    }

    private static CachedJson Json(MemoryEntry entry) =>
        entry.Payload is { } payload
            ? new CachedJson(payload, entry.IsJson)
            : new CachedJson(
                JsonSerializer.SerializeToUtf8Bytes(
                    entry.Value,
                    entry.Value?.GetType() ?? typeof(object),
                    JsonSerializerOptions.Web
                ),
                IsJson: true
            );
}
