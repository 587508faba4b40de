namespace Jobs.Caching;

/// <summary>A value as it is stored.</summary>
/// <param name="IsJson">Whether it is JSON; else bytes that only their serializer understands.</param>
public sealed record CachedJson(ReadOnlyMemory<byte> Value, bool IsJson);
