using Jobs.Caching.Filling;
using Jobs.Caching.Memory;
using Jobs.Caching.Shared;
using Jobs.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jobs.Caching;

/// <summary>What the scopes of a cache work with.</summary>
internal sealed class CacheParts(
    MemoryTier memory,
    SharedTier shared,
    FillTable fills,
    CacheSerializers serializers,
    CacheClock clock,
    IOptions<CacheOptions> options,
    TimeProvider time,
    CacheStatistics statistics,
    FeatureSwitches features,
    ILogger<CacheParts> log
)
{
    public MemoryTier Memory => memory;

    public SharedTier Shared => shared;

    public FillTable Fills => fills;

    public CacheSerializers Serializers => serializers;

    public CacheClock Clock => clock;

    public CacheOptions Options { get; } = options.Value;

    public TimeProvider Time => time;

    public CacheStatistics Statistics => statistics;

    public ILogger Log => log;

    /// <summary>Whether it is switched off: everything is computed, and nothing is kept.</summary>
    public bool IsOff => !features.IsOn(FeatureNames.Caching);

    public EntryLife LifeOf(CacheNamespace space, CacheEntryOptions? entry) =>
        EntryLife.Of(space.Options, entry, Options.Jitter, Random.Shared.NextDouble());

    /// <summary>An entry of a value that was computed just now, or of a copy of one.</summary>
    public MemoryEntry Entry<T>(
        CacheKey key,
        T value,
        byte[] payload,
        string[] tags,
        EntryLife life,
        TimeSpan age,
        long token
    )
    {
        var now = Clock.Now;
        return new MemoryEntry
        {
            Key = key,
            Value = CacheSerializer<T>.IsImmutable ? value : null,
            Payload = CacheSerializer<T>.IsImmutable ? null : payload,
            IsJson = Serializers.For<T>().IsJson,
            ValueBytes = payload.Length,
            Tags = tags,
            CreatedAt = now - Milliseconds(age),
            FreshUntil = now + Milliseconds(life.Local),
            StaleUntil = now + Milliseconds(life.Local + (life.Stale - life.Fresh)),
            ExpiresAt = now + Milliseconds(life.Life),
            Token = token,
        };
    }

    /// <summary>The value of an entry, for a caller of its own; false where it is of another type.</summary>
    public bool TryRead<T>(MemoryEntry entry, out T value)
    {
        if (entry.TryShare(out value))
        {
            return true;
        }
        return entry.Payload is { } payload && TryDeserialize(entry.Key, payload, out value);
    }

    public bool TryDeserialize<T>(CacheKey key, byte[] payload, out T value)
    {
        try
        {
            value = Serializers.For<T>().Deserialize(payload);
            return true;
        }
        catch (Exception e)
        {
            // Of another version of the program, or of another type.
            Log.Unreadable(key.Scope.Namespace, e);
            value = default!;
            return false;
        }
    }

    public TimeSpan AgeOf(MemoryEntry entry) =>
        TimeSpan.FromMilliseconds(Math.Max(0, Clock.Now - entry.CreatedAt));

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;
}
