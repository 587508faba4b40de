using Jobs.Database;
using Microsoft.Extensions.Options;

namespace Jobs.Caching.Shared;

/// <summary>
/// The values that all processes share, in PostgreSQL. It is harmless when that is away: no caller waits for it longer
/// than <see cref="CacheOptions.Patience"/>, nothing of it throws, and what could not be removed is removed before it
/// is asked again. Thread-safe.
/// </summary>
internal sealed class SharedTier
{
    // Two at a time: while one waits the other is computed.
    private const int Lanes = 2;
    private const int MostKeys = 200;

    private readonly CacheOptions options;
    private readonly SharedDatabase database;
    private readonly SharedHealth health;
    private readonly PatientReads patient;
    private readonly UnsentRemovals unsent;
    private readonly RemovalNotifier notifier;
    private readonly DatabaseTime clock;
    private readonly CacheStatistics statistics;
    private readonly TimeProvider time;
    private readonly Coalescer<CacheKey, SharedAnswer> reads;
    private readonly Coalescer<SharedWrite, long> writes;
    private readonly Coalescer<IReadOnlyCollection<RemovalItem>, long> removals;
    private readonly Guid holder;

    public SharedTier(
        SharedDatabase database,
        SharedHealth health,
        PatientReads patient,
        UnsentRemovals unsent,
        RemovalNotifier notifier,
        DatabaseTime clock,
        CacheStatistics statistics,
        IOptions<CacheOptions> options,
        TimeProvider time
    )
    {
        this.options = options.Value;
        this.database = database;
        this.health = health;
        this.patient = patient;
        this.unsent = unsent;
        this.notifier = notifier;
        this.clock = clock;
        this.statistics = statistics;
        this.time = time;
        holder = Guid.CreateVersion7(time.GetUtcNow());
        reads = new(Lanes, MostKeys, _ => 1, ReadAsync);
        writes = new(Lanes, MostKeys, w => w.Value.Length, WriteAsync);
        removals = new(1, MostKeys, _ => 1, RemoveAsync);
    }

    /// <summary>Whether it is written to.</summary>
    public bool IsAvailable => options.Shared && !health.IsOpen;

    /// <summary>Whether it is read: not while the database keeps somebody waiting.</summary>
    public bool IsReadable => IsAvailable && patient.AreWelcome;

    /// <summary>What stands under a key; null where the database did not say.</summary>
    public async ValueTask<SharedAnswer?> ReadAsync(
        CacheKey key,
        CancellationToken cancellationToken
    )
    {
        var wanted = true;
        try
        {
            return IsReadable
                ? await patient.AnswerOfAsync(
                    reads.AskAsync(key, () => Volatile.Read(ref wanted) && IsReadable),
                    static answer => answer,
                    cancellationToken
                )
                : null;
        }
        finally
        {
            Volatile.Write(ref wanted, false);
        }
    }

    /// <summary>The same for many, in their order.</summary>
    public async ValueTask<IReadOnlyList<SharedAnswer>?> ReadManyAsync(
        IReadOnlyList<CacheKey> keys,
        CancellationToken cancellationToken
    ) =>
        IsReadable
            ? await patient.AnswerOfAsync(
                ReadAsync(keys),
                static answers => answers,
                cancellationToken
            )
            : null;

    /// <summary>Writes what was filled. Ends when it is written or will not be; nobody has to wait for it.</summary>
    public async Task FillAsync(SharedWrite write)
    {
        if (IsAvailable)
        {
            try
            {
                await writes.AskAsync(write, () => IsAvailable);
            }
            catch (Exception e)
            {
                health.Failed(e);
            }
        }
    }

    /// <summary>Writes what was set; from when on it is there, or null where that is not certain.</summary>
    public ValueTask<long?> SetAsync(SharedWrite write, CancellationToken cancellationToken) =>
        CertainlyAsync(
            () =>
                writes.AskAsync(
                    write with
                    {
                        Deadline = clock.Now + (long)UnsentRemovals.Deadline.TotalMicroseconds,
                    },
                    () => IsAvailable
                ),
            [RemovalItem.Of(write.Key)],
            cancellationToken
        );

    /// <summary>Removes; what was filled before the time that it gives is gone. Null where that is not certain.</summary>
    public ValueTask<long?> RemoveAsync(
        IReadOnlyCollection<RemovalItem> items,
        CancellationToken cancellationToken
    ) =>
        CertainlyAsync(() => removals.AskAsync(items, () => IsAvailable), items, cancellationToken);

    /// <summary>Takes the right to fill a key; null where the database did not say.</summary>
    public async ValueTask<bool?> ClaimAsync(CacheKey key, CancellationToken cancellationToken) =>
        IsReadable
            ? await patient.AnswerOfAsync(
                database.ClaimAsync(key, holder, CancellationToken.None),
                static answer => (bool?)answer,
                cancellationToken
            )
            : null;

    /// <summary>Gives the right back. Where that fails it runs out.</summary>
    public async Task ReleaseAsync(CacheKey key)
    {
        if (IsAvailable)
        {
            try
            {
                await database.ReleaseAsync(key, holder, CancellationToken.None);
            }
            catch (Exception e)
            {
                health.Failed(e);
            }
        }
    }

    // What is not certain to be removed is removed again before the database is asked for anything.
    private async ValueTask<long?> CertainlyAsync(
        Func<Task<long>> write,
        IReadOnlyCollection<RemovalItem> otherwise,
        CancellationToken cancellationToken
    )
    {
        if (!options.Shared)
        {
            return null;
        }
        if (!IsAvailable)
        {
            LaterOn(otherwise, null);
            return null;
        }
        // It goes on to its end when the caller goes away.
        var task = WriteAsync(write, otherwise);
        try
        {
            // Where others wait in vain it is tried all the same: what is removed is to be certain.
            return await task.WaitAsync(
                patient.AreWelcome ? RequestWait.Left(options.Patience) : RequestWait.Least,
                time,
                cancellationToken
            );
        }
        catch (TimeoutException e)
        {
            LaterOn(otherwise, e);
            return null;
        }
    }

    private async Task<long?> WriteAsync(
        Func<Task<long>> write,
        IReadOnlyCollection<RemovalItem> otherwise
    )
    {
        try
        {
            var at = await write();
            notifier.Removed();
            return at;
        }
        catch (Exception e)
        {
            LaterOn(otherwise, e);
            return null;
        }
    }

    private void LaterOn(IReadOnlyCollection<RemovalItem> items, Exception? exception)
    {
        unsent.Add(items, isUncertain: exception is not null);
        if (exception is not null)
        {
            statistics.SharedFailed();
        }
        health.Open(exception);
    }

    private async Task<IReadOnlyList<SharedAnswer>> ReadAsync(IReadOnlyList<CacheKey> keys)
    {
        var started = time.GetTimestamp();
        var answers = await database.ReadAsync(keys, CancellationToken.None);
        statistics.SharedReads.Record(time.GetElapsedTime(started));
        health.Succeeded();
        return answers;
    }

    private async Task<IReadOnlyList<long>> WriteAsync(IReadOnlyList<SharedWrite> group)
    {
        var started = time.GetTimestamp();
        var at = await database.WriteAsync(group, CancellationToken.None);
        statistics.SharedWrites.Record(time.GetElapsedTime(started));
        foreach (var write in group)
        {
            statistics.Of(write.Key.Scope).SharedSet();
        }
        health.Succeeded();
        return [.. Enumerable.Repeat(at, group.Count)];
    }

    private async Task<IReadOnlyList<long>> RemoveAsync(
        IReadOnlyList<IReadOnlyCollection<RemovalItem>> group
    )
    {
        RemovalItem[] items = [.. group.SelectMany(g => g)];
        var at = await database.RemoveAsync(items, CancellationToken.None);
        health.Succeeded();
        _ = DeleteAsync([.. items.Where(i => i.Kind == RemovalKind.Prefix).Distinct()], at);
        return [.. Enumerable.Repeat(at, group.Count)];
    }

    // They are hidden already; what this leaves the clean-up deletes.
    private async Task DeleteAsync(RemovalItem[] prefixes, long at)
    {
        try
        {
            foreach (var prefix in prefixes)
            {
                await database.DeletePrefixAsync(
                    prefix.TenantId,
                    prefix.Name,
                    at,
                    CancellationToken.None
                );
            }
        }
        catch (Exception e)
        {
            health.Failed(e);
        }
    }
}
