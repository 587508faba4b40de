using Jobs.Caching;
using Jobs.Kinds.Queries;
using Jobs.Kinds.Queries.Frequent;

namespace Jobs.Kinds.CacheWarming;

/// <summary>
/// Answers a search, or the most frequent ones of the tenant, into the cache, so that nobody waits for them. Doing it
/// again does the same.
/// </summary>
internal sealed class WarmHandler(CachedSearch search, FrequentQueries frequent) : IItemHandler
{
    public async ValueTask<ItemOutcome> HandleAsync(Item item, CancellationToken cancellationToken)
    {
        var payload = item.Read(WarmJson.Default.WarmPayload);
        if (Check(payload) is [var error, ..])
        {
            return ItemOutcome.Failure(ErrorCodes.InvalidItem, $"{error.Field} {error.Message}");
        }
        TimeSpan? ttl = payload.TtlSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        if (payload.Query is null)
        {
            var result = await frequent.WarmAsync(
                item.TenantId,
                payload.Most,
                ttl,
                payload.Tags ?? [],
                cancellationToken
            );
            return ItemOutcome.Success(result, WarmJson.Default.FrequentResult);
        }
        try
        {
            var answer = await search.WarmAsync(
                item.TenantId,
                payload.Query.ToSearch(),
                ttl,
                payload.Tags ?? [],
                cancellationToken
            );
            return ItemOutcome.Success(
                new WarmResult(answer.Total, answer.ElapsedMs),
                WarmJson.Default.WarmResult
            );
        }
        catch (TimeoutException e)
        {
            return ItemOutcome.Failure(
                new ItemError(ErrorCodes.Timeout, e.Message, Retryable: true)
            );
        }
    }

    public IReadOnlyList<FieldError> Validate(ReadOnlyMemory<byte> payload) =>
        Item.TryRead(payload, WarmJson.Default.WarmPayload, out var warm, out var error)
            ? Check(warm!)
            : [error];

    private static IReadOnlyList<FieldError> Check(WarmPayload payload) =>
        payload.Query is { IsReport: true }
            ? [new FieldError("query.report", "is not cached; warm searches")]
        : payload.TtlSeconds is <= 0 ? [new FieldError("ttlSeconds", "must be more than 0")]
        : payload.Most is <= 0 or > SearchOptions.MostFrequent
            ? [new FieldError("most", $"must be from 1 to {SearchOptions.MostFrequent}")]
        : payload.Most is not null && payload.Query is not null
            ? [new FieldError("most", "is for items without a query")]
        : payload.Tags?.Count > CacheTag.Most - 1
            ? [new FieldError("tags", $"must be at most {CacheTag.Most - 1}")]
        :
        [
            .. (payload.Query?.ToSearch().Validate() ?? []).Select(e => new FieldError(
                $"query.{e.Field}",
                e.Message
            )),
        ];
}
