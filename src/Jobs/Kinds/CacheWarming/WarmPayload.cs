using Jobs.Kinds.Queries;

namespace Jobs.Kinds.CacheWarming;

/// <summary>The payload of a <c>warm</c> item.</summary>
/// <param name="Query">A search, as an item of the kind <c>query</c> has it; null for the most frequent ones of the tenant.</param>
/// <param name="Most">How many of the most frequent ones; null for as many as are kept answered.</param>
/// <param name="TtlSeconds">How long its answer is kept; null for as long as any.</param>
/// <param name="Tags">By which it is removed, beside those that every answer carries.</param>
internal sealed record WarmPayload(
    QueryPayload? Query,
    int? Most = null,
    int? TtlSeconds = null,
    IReadOnlyList<string>? Tags = null
);

/// <summary>The result of a <c>warm</c> item that has a query.</summary>
internal sealed record WarmResult(long Total, double ElapsedMs);

/// <summary>The result of one that has none.</summary>
/// <param name="Queries">Searches that are frequent.</param>
/// <param name="Warmed">Of those the ones that were answered; the others took too long.</param>
internal sealed record FrequentResult(int Queries, int Warmed, double ElapsedMs);
