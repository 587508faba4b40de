using System.Buffers;
using System.Collections.Concurrent;
using System.ComponentModel;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace Jobs.Caching;

/// <summary>
/// How values become bytes: by a registered <see cref="IHybridCacheSerializer{T}"/>, by one of a registered
/// <see cref="IHybridCacheSerializerFactory"/>, bytes as they are, everything else as JSON. Thread-safe.
/// </summary>
internal sealed class CacheSerializers(IServiceProvider services)
{
    private readonly ConcurrentDictionary<Type, object> known = new();

    public CacheSerializer<T> For<T>() =>
        (CacheSerializer<T>)known.GetOrAdd(typeof(T), _ => new CacheSerializer<T>(Find<T>()));

    private IHybridCacheSerializer<T>? Find<T>()
    {
        if (services.GetService<IHybridCacheSerializer<T>>() is { } own)
        {
            return own;
        }
        foreach (var factory in services.GetServices<IHybridCacheSerializerFactory>())
        {
            if (factory.TryCreateSerializer<T>(out var made))
            {
                return made;
            }
        }
        return null;
    }
}

/// <summary>How values of a type become bytes, and whether callers may share one. Thread-safe.</summary>
internal sealed class CacheSerializer<T>(IHybridCacheSerializer<T>? custom)
{
    /// <summary>
    /// Whether nobody can change a value, so that all may have the same: text, values without references, and sealed
    /// types that say so with <see cref="ImmutableObjectAttribute"/>.
    /// </summary>
    public static bool IsImmutable { get; } =
        typeof(T) == typeof(string)
        || !RuntimeHelpers.IsReferenceOrContainsReferences<T>()
        || (
            typeof(T).IsSealed
            && typeof(T).GetCustomAttribute<ImmutableObjectAttribute>() is { Immutable: true }
        );

    private static readonly bool IsBytes = typeof(T) == typeof(byte[]);

    public bool IsJson => custom is null && !IsBytes;

    public byte[] Serialize(T value)
    {
        if (custom is not null)
        {
            var writer = new ArrayBufferWriter<byte>();
            custom.Serialize(value, writer);
            return writer.WrittenSpan.ToArray();
        }
        return IsBytes && value is byte[] bytes
            ? [.. bytes]
            : JsonSerializer.SerializeToUtf8Bytes(value, JsonSerializerOptions.Web);
    }

    public T Deserialize(byte[] bytes)
    {
        if (custom is not null)
        {
            return custom.Deserialize(new ReadOnlySequence<byte>(bytes));
        }
        return IsBytes
            ? (T)bytes.Clone()
            : JsonSerializer.Deserialize<T>(bytes, JsonSerializerOptions.Web)!;
    }
}
