using Jobs.Database;
using Microsoft.Extensions.Caching.Hybrid;

namespace Jobs.Caching.Filling;

/// <summary>
/// Answers for a namespace: from memory, fresh or stale, or by joining or beginning the one computation of a value.
/// Thread-safe.
/// </summary>
internal sealed class ScopeReader(CacheParts parts, CacheNamespace space)
{
    public async ValueTask<CacheAnswer<T>> GetAsync<TState, T>(
        CacheKey key,
        TState state,
        Func<TState, CancellationToken, ValueTask<T>>? source,
        CacheEntryOptions? options,
        IEnumerable<string>? tags,
        CancellationToken cancellationToken
    )
    {
        if (parts.IsOff)
        {
            var computed = source is null ? default! : await source(state, cancellationToken);
            return new CacheAnswer<T>(computed, CacheStatus.Miss, TimeSpan.Zero);
        }
        var flags = options?.Flags ?? HybridCacheEntryFlags.None;
        if (flags.HasFlag(HybridCacheEntryFlags.DisableUnderlyingData))
        {
            source = null;
        }
        var now = parts.Clock.Now;
        if (
            !flags.HasFlag(HybridCacheEntryFlags.DisableLocalCacheRead)
            && parts.Memory.TryGet(key, now, out var entry)
            && now < Math.Max(entry.StaleUntil, entry.RetryAt)
            && parts.TryRead(entry, out T value)
        )
        {
            if (now < entry.FreshUntil)
            {
                space.Statistics.MemoryHit();
                return new CacheAnswer<T>(value, CacheStatus.Hit, parts.AgeOf(entry));
            }
            if (source is not null && now >= entry.RetryAt)
            {
                Refresh(key, state, source, options, tags);
            }
            space.Statistics.MemoryStale();
            return new CacheAnswer<T>(value, CacheStatus.Stale, parts.AgeOf(entry));
        }
        var qualified = CacheTag.Of(key.Scope.TenantId, tags);
        var (fill, isOwn) = source is null
            ? (parts.Fills.BeginAlone(new Fill<T>(key, qualified, false)), true)
            : parts.Fills.Join(key, () => new Fill<T>(key, qualified, false));
        if (isOwn)
        {
            _ = new FillRun<TState, T>(parts, space, fill, state, source, options).RunAsync();
        }
        var answer = await AnswerOfAsync(fill, cancellationToken);
        return
            !isOwn
            && !CacheSerializer<T>.IsImmutable
            && fill.Payload is { } payload
            && parts.TryDeserialize(key, payload, out T own)
            ? answer with
            {
                Value = own,
            }
            : answer;
    }

    private void Refresh<TState, T>(
        CacheKey key,
        TState state,
        Func<TState, CancellationToken, ValueTask<T>> source,
        CacheEntryOptions? options,
        IEnumerable<string>? tags
    )
    {
        var qualified = CacheTag.Of(key.Scope.TenantId, tags);
        if (parts.Fills.TryBegin(key, () => new Fill<T>(key, qualified, true)) is { } fill)
        {
            var run = new FillRun<TState, T>(parts, space, fill, state, source, options);
            _ = Task.Run(
                () =>
                {
                    // No request waits for this.
                    RequestWait.SoFar = TimeSpan.Zero;
                    return run.RunAsync();
                },
                CancellationToken.None
            );
        }
    }

    // Whoever waits counts; one who goes away before the answer has asked for nothing.
    private async ValueTask<CacheAnswer<T>> AnswerOfAsync<T>(
        Fill<T> fill,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var answer = await fill.WaitAsync(cancellationToken);
            switch (answer.Status)
            {
                case CacheStatus.Hit:
                    space.Statistics.SharedHit();
                    break;
                case CacheStatus.Stale when fill.IsFromMemory:
                    space.Statistics.MemoryStale();
                    break;
                case CacheStatus.Stale:
                    space.Statistics.SharedStale();
                    break;
                default:
                    space.Statistics.Miss();
                    break;
            }
            return answer;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            space.Statistics.Miss();
            throw;
        }
    }
}
