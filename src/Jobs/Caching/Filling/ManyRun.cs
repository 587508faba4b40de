using Jobs.Caching.Shared;

namespace Jobs.Caching.Filling;

/// <summary>
/// Answers many names of one scope: what memory does not have is looked for in the database in one round trip, and what
/// is nowhere is asked of the source in one call. Not thread-safe; for one use.
/// </summary>
internal sealed class ManyRun<T>(
    CacheParts parts,
    CacheNamespace space,
    CacheScope scope,
    IReadOnlyList<string> names,
    CacheEntryOptions? options,
    string[] tags,
    Func<int, bool> isShared
)
{
    private readonly Dictionary<int, Fill<T>> fills = [];

    /// <summary>Reports what is kept, then what the source gives; ends when all it gave is kept.</summary>
    /// <param name="source">Given the places that are missing, gives each its value; one that it leaves out is not kept.</param>
    /// <param name="found">Called for each place whose value was kept already.</param>
    /// <param name="renew">Whether what is kept is left aside.</param>
    /// <param name="cancellationToken">Ends it; what the source gave before is kept.</param>
    public async Task RunAsync(
        Func<IReadOnlyList<int>, Action<int, T>, CancellationToken, Task> source,
        Action<int, CacheAnswer<T>> found,
        bool renew,
        CancellationToken cancellationToken
    )
    {
        var written = new List<Task>();
        try
        {
            var missing = await FindAsync(found, renew, cancellationToken);
            if (missing.Count > 0)
            {
                await AskAsync(
                    ct => source(missing, (i, value) => written.Add(Keep(i, value)), ct),
                    cancellationToken
                );
            }
        }
        finally
        {
            foreach (var fill in fills.Values)
            {
                parts.Fills.End(fill);
            }
            await Task.WhenAll(written);
        }
    }

    private async Task AskAsync(
        Func<CancellationToken, Task> source,
        CancellationToken cancellationToken
    )
    {
        space.Statistics.Fill();
        try
        {
            await source(cancellationToken);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            space.Statistics.FillFailed();
            throw;
        }
    }

    private async ValueTask<IReadOnlyList<int>> FindAsync(
        Action<int, CacheAnswer<T>> found,
        bool renew,
        CancellationToken ct
    )
    {
        var missing = new List<int>();
        for (var i = 0; i < names.Count; i++)
        {
            if (!renew && FindInMemory(i) is { } answer)
            {
                found(i, answer);
                continue;
            }
            missing.Add(i);
            // Whatever is removed from now on voids it.
            fills[i] = parts.Fills.BeginAlone(
                new Fill<T>(scope.KeyOf(names[i]), tags, isDetached: true) { IsReading = true }
            );
        }
        var shared =
            missing.Count == 0
                ? null
                : await parts.Shared.ReadManyAsync(missing.ConvertAll(i => fills[i].Key), ct);
        var nowhere = new List<int>();
        foreach (var (n, i) in missing.Index())
        {
            if (!renew && shared is not null && Find(i, shared[n]) is { } kept)
            {
                found(i, kept);
                continue;
            }
            fills[i].Token = shared?[n].Token ?? 0;
            Begin(i);
            nowhere.Add(i);
        }
        return nowhere;

        void Begin(int i)
        {
            fills[i].IsReading = false;
            space.Statistics.Miss();
        }
    }

    private CacheAnswer<T>? FindInMemory(int i)
    {
        var now = parts.Clock.Now;
        if (
            !parts.Memory.TryGet(scope.KeyOf(names[i]), now, out var entry)
            || now >= entry.StaleUntil
            || !parts.TryRead(entry, out T value)
        )
        {
            return null;
        }
        var isFresh = now < entry.FreshUntil;
        space.Statistics.InMemory(isFresh);
        return new(value, isFresh ? CacheStatus.Hit : CacheStatus.Stale, parts.AgeOf(entry));
    }

    private CacheAnswer<T>? Find(int i, SharedAnswer answer)
    {
        if (
            answer.Entry is not { } entry
            || entry.Stale <= TimeSpan.Zero
            || !parts.TryDeserialize<T>(fills[i].Key, entry.Value, out var value)
        )
        {
            return null;
        }
        var isFresh = entry.Fresh > TimeSpan.Zero;
        KeepInMemory(
            i,
            value,
            entry.Value,
            entry.Tags,
            new EntryLife(entry.Fresh, entry.Fresh, entry.Stale, entry.Life),
            entry.Age,
            entry.FilledAt
        );
        space.Statistics.InShared(isFresh);
        return new(value, isFresh ? CacheStatus.Hit : CacheStatus.Stale, entry.Age);
    }

    private Task Keep(int i, T value)
    {
        var fill = fills[i];
        var serializer = parts.Serializers.For<T>();
        var payload = serializer.Serialize(value);
        if (payload.Length > parts.Options.MaxValueBytes)
        {
            space.Statistics.TooLarge();
            return Task.CompletedTask;
        }
        var life = parts.LifeOf(space, options);
        KeepInMemory(i, value, payload, tags, life, TimeSpan.Zero, fill.Token);
        if (fill.IsVoid)
        {
            space.Statistics.Voided();
            return Task.CompletedTask;
        }
        // Without a token it is not known to be younger than every removal.
        return fill.Token == 0 || !isShared(i)
            ? Task.CompletedTask
            : parts.Shared.FillAsync(
                new SharedWrite(
                    fill.Key,
                    payload,
                    serializer.IsJson,
                    tags,
                    fill.Token,
                    life.Fresh,
                    life.Stale,
                    life.Life
                )
            );
    }

    private void KeepInMemory(
        int i,
        T value,
        byte[] payload,
        string[] itsTags,
        EntryLife life,
        TimeSpan age,
        long token
    ) =>
        parts.Memory.SetUnless(
            parts.Entry(fills[i].Key, value, payload, itsTags, life, age, token),
            () => fills[i].IsVoid
        );
}
