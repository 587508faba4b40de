using Jobs.Caching;

namespace Jobs.Tests.Docs.Snippets;

public sealed class Prices(CacheStore store, PriceSource source)
{
    public async Task<decimal> OfAsync(int tenantId, string article, CancellationToken ct)
    {
        var cache = store.Scope(CacheNamespaces.Content, tenantId);
        var answer = await cache.AnswerAsync(
            $"price:{article}",
            (source, tenantId, article),
            static (s, ct) => s.source.ReadAsync(s.tenantId, s.article, ct),
            tags: ["prices"],
            cancellationToken: ct
        );
        return answer.Value;
    }

    public async Task ChangedAsync(int tenantId, CancellationToken ct) =>
        await store.RemoveByTagAsync(tenantId, ["prices"], ct);
}
