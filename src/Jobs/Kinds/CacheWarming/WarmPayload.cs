using Jobs.Kinds.Queries;

namespace Jobs.Kinds.CacheWarming;

/// <summary>The payload of a <c>warm</c> item.</summary>
/// <param name="Query">A search, as an item of the kind <c>query</c> has it.</param>
/// <param name="TtlSeconds">How long its answer is kept; null for as long as any.</param>
/// <param name="Tags">By which it is removed, beside those that every answer carries.</param>
internal sealed record WarmPayload(
    QueryPayload? Query,
    int? TtlSeconds = null,
    IReadOnlyList<string>? Tags = null
);

/// <summary>The result of a <c>warm</c> item.</summary>
internal sealed record WarmResult(long Total, double ElapsedMs);
