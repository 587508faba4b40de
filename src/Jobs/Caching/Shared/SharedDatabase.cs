using Jobs.Database;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace Jobs.Caching.Shared;

/// <summary>
/// The cache's statements on a small pool of its own, whose commands give up after a second without waiting for the
/// server to agree. Thread-safe.
/// </summary>
internal sealed class SharedDatabase : IAsyncDisposable
{
    /// <summary>A source that took longer than this may have been read before a removal that nobody remembers.</summary>
    public static readonly TimeSpan MostFillTime = TimeSpan.FromMinutes(10);

    /// <summary>Connections of the pool.</summary>
    public const int Connections = 4;

    private const short Compressed = 1;
    private const short NotJson = 2;
    private const int DeleteStep = 1_000;

    private readonly CacheOptions options;
    private readonly DatabaseTime clock;

    public SharedDatabase(
        JobsDataSource database,
        IOptions<CacheOptions> options,
        DatabaseTime clock
    )
    {
        this.clock = clock;
        this.options = options.Value;
        Pool = database.Apart(
            "jobs-cache",
            settings =>
            {
                settings.Pooling = true;
                settings.MaxPoolSize = Connections;
                settings.Timeout = 1;
                settings.CommandTimeout = 1;
                settings.CancellationTimeout = -1;
            },
            likeEngine: true
        );
    }

    public NpgsqlDataSource Pool { get; }

    /// <summary>What stands under keys, in their order.</summary>
    public async Task<IReadOnlyList<SharedAnswer>> ReadAsync(
        IReadOnlyList<CacheKey> keys,
        CancellationToken cancellationToken
    )
    {
        var answers = new SharedAnswer[keys.Count];
        await using var command = Pool.CreateCommand(SharedStatements.Read);
        Add(command, keys.Select(k => k.Scope.TenantId).ToArray());
        Add(command, keys.Select(k => k.Stored).ToArray());
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            answers[row.GetInt32(0) - 1] = Read(row);
        }
        return answers;
    }

    /// <summary>Writes values; the time from which on they are there, in microseconds.</summary>
    public async Task<long> WriteAsync(
        IReadOnlyList<SharedWrite> writes,
        CancellationToken cancellationToken
    )
    {
        // The last of several under one key.
        var last = writes.GroupBy(w => w.Key).Select(g => g.Last()).ToArray();
        var values = Array.ConvertAll(last, w => Encode(w));
        await using var command = Pool.CreateCommand(SharedStatements.Write);
        Add(command, Array.ConvertAll(last, w => w.Key.Scope.TenantId));
        Add(command, Array.ConvertAll(last, w => w.Key.Stored));
        Add(command, Array.ConvertAll(values, v => v.Value));
        Add(command, Array.ConvertAll(values, v => v.Format));
        Add(command, Array.ConvertAll(last, w => string.Join('\u001f', w.Tags)));
        AddTime(
            command,
            Array.ConvertAll(last, w => w.Token is { } token ? Time(token) : (DateTime?)null),
            NpgsqlDbType.Array | NpgsqlDbType.TimestampTz
        );
        Add(command, Array.ConvertAll(last, w => w.Fresh));
        Add(command, Array.ConvertAll(last, w => w.Stale));
        Add(command, Array.ConvertAll(last, w => w.Life));
        Add(command, MostFillTime);
        Add(
            command,
            last.Where(w => w.Token is null).Select(w => RemovalItem.Of(w.Key).ToString()).ToArray()
        );
        AddTime(
            command,
            writes.Min(w => w.Deadline) is { } deadline
                ? Time(deadline)
                : DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc)
        );
        return await command.ExecuteScalarAsync(cancellationToken) is DateTime at
            ? Heard(at)
            : throw new TimeoutException("It came to the database too late to be written.");
    }

    /// <summary>Removes; what was filled before the time that it gives, in microseconds, counts no longer.</summary>
    public async Task<long> RemoveAsync(
        IReadOnlyCollection<RemovalItem> items,
        CancellationToken cancellationToken
    )
    {
        RemovalItem[] Of(RemovalKind kind) => [.. items.Where(i => i.Kind == kind).Distinct()];
        var keys = Of(RemovalKind.Key);
        var prefixes = Of(RemovalKind.Prefix);
        DateTime at;
        await using (var command = Pool.CreateCommand(SharedStatements.Remove))
        {
            Add(command, Array.ConvertAll(keys, i => i.TenantId));
            Add(command, Array.ConvertAll(keys, i => i.Name));
            Add(
                command,
                Array.ConvertAll(Of(RemovalKind.Tag), i => CacheTag.Qualified(i.TenantId, i.Name))
            );
            Add(command, Array.ConvertAll(Of(RemovalKind.TagOfAll), i => i.Name));
            Add(command, Array.ConvertAll(prefixes, i => i.TenantId));
            Add(command, Array.ConvertAll(prefixes, i => i.Name));
            Add(command, items.Contains(RemovalItem.Everything));
            Add(command, items.Distinct().Select(i => i.ToString()).ToArray());
            at = (DateTime)(await command.ExecuteScalarAsync(cancellationToken))!;
        }
        return Heard(at);
    }

    /// <summary>Deletes what removed prefixes hide; may be repeated.</summary>
    public async Task<long> DeletePrefixAsync(
        int tenantId,
        string prefix,
        long before,
        CancellationToken cancellationToken
    )
    {
        var total = 0L;
        int step;
        do
        {
            await using var command = Pool.CreateCommand(SharedStatements.DeletePrefix);
            Add(command, tenantId);
            Add(command, prefix);
            Add(command, Time(before));
            Add(command, DeleteStep);
            step = await command.ExecuteNonQueryAsync(cancellationToken);
            total += step;
        } while (step == DeleteStep);
        return total;
    }

    public async Task<bool> ClaimAsync(
        CacheKey key,
        Guid holder,
        CancellationToken cancellationToken
    )
    {
        await using var command = Pool.CreateCommand(SharedStatements.Claim);
        Add(command, key.Scope.TenantId);
        Add(command, key.Stored);
        Add(command, holder);
        Add(command, options.FillTime);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    public async Task ReleaseAsync(CacheKey key, Guid holder, CancellationToken cancellationToken)
    {
        await using var command = Pool.CreateCommand(SharedStatements.Release);
        Add(command, key.Scope.TenantId);
        Add(command, key.Stored);
        Add(command, holder);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => Pool.DisposeAsync();

    public static void Add<T>(NpgsqlCommand command, T value) =>
        command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });

    // A statement stays prepared for parameters of the same types only, and a time that is not there has none of its own.
    private static void AddTime<T>(
        NpgsqlCommand command,
        T value,
        NpgsqlDbType type = NpgsqlDbType.TimestampTz
    ) => command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value, NpgsqlDbType = type });

    public static long Micros(DateTime time) =>
        (time - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private static DateTime Time(long micros) =>
        DateTime.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);

    private long Heard(DateTime at)
    {
        var micros = Micros(at);
        clock.Heard(micros);
        return micros;
    }

    private (byte[] Value, short Format) Encode(SharedWrite write)
    {
        var format = write.IsJson ? (short)0 : NotJson;
        return
            write.Value.Length > options.CompressAbove
            && ValueCompression.TryCompress(write.Value) is { } smaller
            ? (smaller, (short)(format | Compressed))
            : (write.Value, format);
    }

    private SharedAnswer Read(NpgsqlDataReader row)
    {
        var now = row.GetDateTime(1);
        var token = Heard(now);
        if (row.IsDBNull(2))
        {
            return new SharedAnswer(token, null);
        }
        var format = row.GetInt16(3);
        var value = row.GetFieldValue<byte[]>(2);
        return new SharedAnswer(
            token,
            new SharedEntry(
                (format & Compressed) == 0
                    ? value
                    : ValueCompression.Decompress(value, options.MaxValueBytes),
                (format & NotJson) == 0,
                row.GetFieldValue<string[]>(4),
                Micros(row.GetDateTime(5)),
                now - row.GetDateTime(6),
                row.GetDateTime(7) - now,
                row.GetDateTime(8) - now,
                row.GetDateTime(9) - now
            )
        );
    }
}
