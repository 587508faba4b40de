namespace Jobs.Caching.Memory;

/// <summary>A value in the memory of this process. Times are those of <see cref="CacheClock"/>.</summary>
internal sealed class MemoryEntry
{
    /// <summary>What an entry costs beside its key and value: itself, its places in table and queue.</summary>
    private const int Overhead = 200;

    public required CacheKey Key { get; init; }

    /// <summary>The value itself, where it can be shared; null where it is to be read anew for each caller.</summary>
    public object? Value { get; init; }

    /// <summary>The serialised value, where it is to be read anew.</summary>
    public byte[]? Payload { get; init; }

    /// <summary>Whether <see cref="Payload"/> is JSON.</summary>
    public bool IsJson { get; init; } = true;

    public required int ValueBytes { get; init; }

    /// <summary>Qualified by their tenant.</summary>
    public string[] Tags { get; init; } = [];

    public long CreatedAt { get; init; }

    public required long FreshUntil { get; init; }

    /// <summary>Until then it is answered while it is refreshed.</summary>
    public required long StaleUntil { get; init; }

    /// <summary>Until then it stands in for a source that fails.</summary>
    public required long ExpiresAt { get; init; }

    /// <summary>
    /// By the clock of the database, in microseconds: its source was read later than this. What was removed later than
    /// that removes it. Zero where that is not known.
    /// </summary>
    public long Token { get; set; }

    /// <summary>Its source failed: it is not asked again before this.</summary>
    public long RetryAt { get; set; }

    /// <summary>Uses, counted to three; races lose one now and then, which does not matter.</summary>
    public byte Uses { get; set; }

    public int Size =>
        Overhead
        + (sizeof(char) * Key.Name.Length)
        + (Payload is null ? 2 * ValueBytes : ValueBytes);

    internal EntryQueue? Queue { get; set; }

    internal MemoryEntry? Newer { get; set; }

    internal MemoryEntry? Older { get; set; }

    /// <summary>The value, without a copy and without allocation, where it is kept as an object.</summary>
    public bool TryShare<T>(out T value)
    {
        if (Value is T shared)
        {
            value = shared;
            return true;
        }
        value = default!;
        return Value is null && Payload is null && default(T) is null;
    }
}
