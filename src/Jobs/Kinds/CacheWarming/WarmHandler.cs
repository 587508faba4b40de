using Jobs.Caching;
using Jobs.Kinds.Queries;

namespace Jobs.Kinds.CacheWarming;

/// <summary>Answers a search into the cache, so that nobody waits for it. Doing it again does the same.</summary>
internal sealed class WarmHandler(CachedSearch search) : IItemHandler
{
    public async ValueTask<ItemOutcome> HandleAsync(Item item, CancellationToken cancellationToken)
    {
        var payload = item.Read(WarmJson.Default.WarmPayload);
        if (Check(payload) is [var error, ..])
        {
            return ItemOutcome.Failure(ErrorCodes.InvalidItem, $"{error.Field} {error.Message}");
        }
        try
        {
            var answer = await search.WarmAsync(
                item.TenantId,
                payload.Query!.ToSearch(),
                payload.TtlSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
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
        payload.Query is null ? [new FieldError("query", "must be there")]
        : payload.Query.IsReport ? [new FieldError("query.report", "is not cached; warm searches")]
        : payload.TtlSeconds is <= 0 ? [new FieldError("ttlSeconds", "must be more than 0")]
        : payload.Tags?.Count > CacheTag.Most - 1
            ? [new FieldError("tags", $"must be at most {CacheTag.Most - 1}")]
        :
        [
            .. payload
                .Query.ToSearch()
                .Validate()
                .Select(e => new FieldError($"query.{e.Field}", e.Message)),
        ];
}
