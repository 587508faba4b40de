using Jobs.Caching;
using Jobs.Kinds;
using Microsoft.Extensions.Caching.Hybrid;

namespace Jobs.CrashHost;

/// <summary>Does with the cache what its items say.</summary>
public sealed class CacheHandler(CacheStore cache) : IItemHandler
{
    public async ValueTask<ItemOutcome> HandleAsync(Item item, CancellationToken cancellationToken)
    {
        var work = item.Read(CrashJson.Default.CacheItem);
        var scope = cache.Scope(work.Space, item.TenantId);
        switch (work.Act)
        {
            case CacheAct.Look:
                await cache.FindAsync(
                    item.TenantId,
                    [.. work.Names.Select(n => $"{work.Space}:{n}")],
                    cancellationToken
                );
                break;
            case CacheAct.Clear:
                await cache.ClearAsync(cancellationToken);
                break;
            default:
                foreach (var name in work.Names)
                {
                    await OneAsync(scope, work, name, cancellationToken);
                }
                break;
        }
        return ItemOutcome.Success();
    }

    private static async Task OneAsync(
        CacheScope scope,
        CacheItem work,
        string name,
        CancellationToken cancellationToken
    )
    {
        var value = new string('x', work.Characters);
        switch (work.Act)
        {
            case CacheAct.Ask:
                await scope.AnswerAsync(
                    name,
                    value,
                    static (given, _) => ValueTask.FromResult(given),
                    cancellationToken: cancellationToken
                );
                break;
            case CacheAct.AskInVain:
                try
                {
                    await scope.AnswerAsync<string, string>(
                        name,
                        value,
                        static (_, _) => throw new InvalidOperationException("It was told to."),
                        cancellationToken: cancellationToken
                    );
                }
                catch (InvalidOperationException)
                {
                    // As it was told to: the item has done what it was to do.
                }
                break;
            case CacheAct.Set:
                await scope.SetAsync(name, value, options: null, tags: null, cancellationToken);
                break;
            case CacheAct.SetElsewhere:
                await scope.SetAsync(
                    name,
                    value,
                    new CacheEntryOptions { Flags = HybridCacheEntryFlags.DisableLocalCacheWrite },
                    tags: null,
                    cancellationToken
                );
                break;
            case CacheAct.Remove:
                await scope.RemoveAsync(name, cancellationToken);
                break;
        }
    }
}
