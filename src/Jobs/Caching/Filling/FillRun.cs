using Jobs.Caching.Memory;
using Jobs.Caching.Shared;
using Microsoft.Extensions.Caching.Hybrid;

namespace Jobs.Caching.Filling;

/// <summary>
/// Computes a value: looks into the database, takes the cluster's turn where that is asked, asks the source, keeps what
/// it gave in both tiers. Whoever waits is answered as soon as there is something to answer.
/// </summary>
internal sealed class FillRun<TState, T>(
    CacheParts parts,
    CacheNamespace space,
    Fill<T> fill,
    TState state,
    Func<TState, CancellationToken, ValueTask<T>>? source,
    CacheEntryOptions? options
)
{
    // A source that failed is left in peace for so long.
    private const int RetryMilliseconds = 5_000;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    private readonly HybridCacheEntryFlags flags = options?.Flags ?? HybridCacheEntryFlags.None;
    private (T Value, TimeSpan Age)? former;

    /// <summary>Never fails: what goes wrong is the answer of the fill.</summary>
    public async Task RunAsync()
    {
        var claimed = false;
        try
        {
            if (await TryShareAsync())
            {
                return;
            }
            if (source is null)
            {
                fill.Answer(new CacheAnswer<T>(default!, CacheStatus.Miss, TimeSpan.Zero));
                return;
            }
            if (options?.OneFillPerCluster ?? space.Options.OneFillPerCluster == true)
            {
                claimed = await ClaimAsync();
                if (!claimed && fill.IsAnswered && former is null)
                {
                    return;
                }
                if (claimed && await TryShareAsync())
                {
                    return;
                }
            }
            await FillAsync(claimed);
        }
        catch (Exception e)
        {
            Failed(e);
        }
        finally
        {
            parts.Fills.End(fill);
            if (claimed)
            {
                await parts.Shared.ReleaseAsync(fill.Key);
            }
        }
    }

    // True where the database has it fresh; what is stale is answered, and computed all the same.
    private async ValueTask<bool> TryShareAsync()
    {
        // What is found may be older than any removal: whatever is removed from now on voids it.
        fill.Token = 0;
        fill.IsReading = true;
        try
        {
            if (await parts.Shared.ReadAsync(fill.Key, fill.Abandoned) is not { } found)
            {
                return false;
            }
            if (IsAnsweredBy(found))
            {
                return true;
            }
            fill.Token = found.Token;
            return false;
        }
        finally
        {
            fill.IsReading = false;
        }
    }

    private bool IsAnsweredBy(SharedAnswer found)
    {
        if (
            found.Entry is not { } entry
            || flags.HasFlag(HybridCacheEntryFlags.DisableDistributedCacheRead)
            || !parts.TryDeserialize<T>(fill.Key, entry.Value, out var value)
        )
        {
            return false;
        }
        var isFresh = entry.Fresh > TimeSpan.Zero;
        if (!isFresh && entry.Stale <= TimeSpan.Zero)
        {
            former = (value, entry.Age);
            return false;
        }
        var local = options?.LocalTtl is { } limit && limit < entry.Fresh ? limit : entry.Fresh;
        KeepInMemory(
            parts.Entry(
                fill.Key,
                value,
                entry.Value,
                entry.Tags,
                new EntryLife(entry.Fresh, local, entry.Stale, entry.Life),
                entry.Age,
                entry.FilledAt
            )
        );
        fill.Payload = entry.Value;
        former = isFresh ? null : (value, entry.Age);
        fill.Answer(
            new CacheAnswer<T>(value, isFresh ? CacheStatus.Hit : CacheStatus.Stale, entry.Age)
        );
        return isFresh;
    }

    // True with the right to ask the source; false where the database is away, or somebody else has filled it.
    private async ValueTask<bool> ClaimAsync()
    {
        var pause = ShortestPause;
        while (true)
        {
            if (await parts.Shared.ClaimAsync(fill.Key, fill.Abandoned) is not false)
            {
                return parts.Shared.IsAvailable;
            }
            await Task.Delay(pause, parts.Time, fill.Abandoned);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            if (await TryShareAsync())
            {
                return false;
            }
        }
    }

    private async Task FillAsync(bool claimed)
    {
        var started = parts.Time.GetTimestamp();
        space.Statistics.Fill();
        var value = await source!(state, fill.Abandoned);
        parts.Statistics.Fills.Record(parts.Time.GetElapsedTime(started));
        var written = Keep(value);
        fill.Answer(new CacheAnswer<T>(value, CacheStatus.Miss, TimeSpan.Zero));
        if (claimed)
        {
            await written;
        }
    }

    private Task Keep(T value)
    {
        if (options?.Keep?.Invoke(value) == false)
        {
            return Task.CompletedTask;
        }
        var serializer = parts.Serializers.For<T>();
        var payload = serializer.Serialize(value);
        fill.Payload = payload;
        if (payload.Length > parts.Options.MaxValueBytes)
        {
            space.Statistics.TooLarge();
            return Task.CompletedTask;
        }
        var life = parts.LifeOf(space, options);
        KeepInMemory(
            parts.Entry(fill.Key, value, payload, fill.Tags, life, TimeSpan.Zero, fill.Token)
        );
        if (fill.IsVoid)
        {
            space.Statistics.Voided();
            return Task.CompletedTask;
        }
        return flags.HasFlag(HybridCacheEntryFlags.DisableDistributedCacheWrite) || fill.Token == 0
            ? Task.CompletedTask
            : parts.Shared.FillAsync(
                new SharedWrite(
                    fill.Key,
                    payload,
                    serializer.IsJson,
                    fill.Tags,
                    fill.Token,
                    life.Fresh,
                    life.Stale,
                    life.Life
                )
            );
    }

    private void KeepInMemory(MemoryEntry entry)
    {
        if (!flags.HasFlag(HybridCacheEntryFlags.DisableLocalCacheWrite))
        {
            parts.Memory.SetUnless(entry, () => fill.IsVoid);
        }
    }

    // A source that fails is stood in for by what there was before, as long as that lives.
    private void Failed(Exception exception)
    {
        if (exception is OperationCanceledException && fill.Abandoned.IsCancellationRequested)
        {
            fill.Fail(exception);
            return;
        }
        space.Statistics.FillFailed();
        var now = parts.Clock.Now;
        var kept = parts.Memory.TryGet(fill.Key, now, out var entry) ? entry : null;
        if (kept is not null)
        {
            kept.RetryAt = now + RetryMilliseconds;
        }
        if (fill.IsAnswered)
        {
            parts.Log.RefreshFailed(space.Name, exception);
        }
        else if (kept is not null && parts.TryRead<T>(kept, out var value))
        {
            parts.Log.RefreshFailed(space.Name, exception);
            fill.IsFromMemory = true;
            fill.Answer(new CacheAnswer<T>(value, CacheStatus.Stale, parts.AgeOf(kept)));
        }
        else if (former is { } stale && !fill.IsVoid)
        {
            parts.Log.RefreshFailed(space.Name, exception);
            fill.Answer(new CacheAnswer<T>(stale.Value, CacheStatus.Stale, stale.Age));
        }
        else
        {
            fill.Fail(exception);
        }
    }
}
