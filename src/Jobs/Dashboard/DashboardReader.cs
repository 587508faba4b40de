using System.Runtime.CompilerServices;
using Jobs.Batches;
using Npgsql;

namespace Jobs.Dashboard;

/// <summary>Reads what a tenant's dashboard shows. What it costs is bounded, however much there is. Thread-safe.</summary>
public sealed class DashboardReader(DashboardSource source, TimeProvider time)
{
    /// <summary>Buckets of one series.</summary>
    public const int MostBuckets = 1_000;

    /// <summary>Batches that one series looks at: of those that were submitted, and of those that ended.</summary>
    public const int MostBatches = 20_000;

    /// <summary>What happened from one time until another.</summary>
    /// <param name="from">Its first bucket begins here.</param>
    /// <param name="bucket">At least a second; <paramref name="to"/> less <paramref name="from"/> has at most <see cref="MostBuckets"/> of them.</param>
    public async Task<DashboardSeries> SeriesAsync(
        int tenantId,
        DateTimeOffset from,
        DateTimeOffset to,
        TimeSpan bucket,
        CancellationToken cancellationToken
    )
    {
        var seconds = (int)bucket.TotalSeconds;
        var (counts, exact) = await source.ReadAsync(
            () =>
                Command(
                    DashboardStatements.Series,
                    tenantId,
                    from.ToUniversalTime(),
                    to.ToUniversalTime(),
                    seconds,
                    MostBatches
                ),
            ReadCountsAsync,
            cancellationToken
        );
        long? open =
            to < time.GetUtcNow() - bucket
                ? null
                : await source.ReadAsync(
                    () => Command(DashboardStatements.Open, tenantId, MostBatches),
                    async (row, ct) => await row.ReadAsync(ct) ? row.GetInt64(0) : 0,
                    cancellationToken
                );
        return new DashboardSeries(
            from,
            to,
            seconds,
            Buckets(from, to, seconds, counts, open),
            exact
        );
    }

    /// <summary>What happened last, the newest first.</summary>
    /// <param name="type">Null for both.</param>
    public async Task<IReadOnlyList<DashboardActivity>> ActivityAsync(
        int tenantId,
        ActivityType? type,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var found = new List<DashboardActivity>();
        foreach (var each in Enum.GetValues<ActivityType>().Where(t => type is null || t == type))
        {
            var sql =
                each == ActivityType.Ended
                    ? DashboardStatements.Ended
                    : DashboardStatements.Submitted;
            found.AddRange(
                await source.ReadAsync(
                    () => Command(sql, tenantId, limit),
                    (row, ct) => ReadActivityAsync(each, row, ct),
                    cancellationToken
                )
            );
        }
        return [.. found.OrderByDescending(a => a.At).Take(limit)];
    }

    /// <summary>Batches that ended, the newest first, as they are read.</summary>
    public async IAsyncEnumerable<EndedBatch> ExportAsync(
        int tenantId,
        DateTimeOffset from,
        DateTimeOffset to,
        long limit,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await using var connection = await source.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(DashboardStatements.Export, connection);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = from.ToUniversalTime() });
        command.Parameters.Add(new() { Value = to.ToUniversalTime() });
        command.Parameters.Add(new() { Value = limit });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            yield return new EndedBatch(
                row.GetGuid(0),
                row.GetString(1),
                (Priority)row.GetInt16(2),
                row.GetString(3),
                row.GetInt32(4),
                row.GetInt32(5),
                row.GetInt32(6),
                row.GetInt32(7),
                row.GetFieldValue<DateTimeOffset>(8),
                row.IsDBNull(9) ? null : row.GetFieldValue<DateTimeOffset>(9),
                row.GetFieldValue<DateTimeOffset>(10)
            );
        }
    }

    // What is open now was open before, less what was submitted since, and what ended since was open too.
    private static DashboardBucket[] Buckets(
        DateTimeOffset from,
        DateTimeOffset to,
        int seconds,
        Dictionary<int, long[]> counts,
        long? open
    )
    {
        var count = (int)Math.Ceiling((to - from).TotalSeconds / seconds);
        var buckets = new DashboardBucket[count];
        var depth = open;
        for (var i = count - 1; i >= 0; i--)
        {
            var c = counts.GetValueOrDefault(i) ?? new long[6];
            var ended = c[3] + c[4] + c[5];
            buckets[i] = new DashboardBucket(
                from + TimeSpan.FromSeconds((long)i * seconds),
                c[0],
                c[1],
                c[2],
                c[3],
                c[4],
                c[5],
                Math.Round((double)ended / seconds, 3),
                depth is { } known ? Math.Max(0, known) : null
            );
            depth += ended - c[1];
        }
        return buckets;
    }

    private static async Task<(Dictionary<int, long[]> Counts, bool Exact)> ReadCountsAsync(
        NpgsqlDataReader row,
        CancellationToken cancellationToken
    )
    {
        var counts = new Dictionary<int, long[]>();
        var exact = true;
        while (await row.ReadAsync(cancellationToken))
        {
            counts[row.GetInt32(0)] = [.. Enumerable.Range(1, 6).Select(row.GetInt64)];
            exact = !row.GetBoolean(7);
        }
        return (counts, exact);
    }

    private static async Task<List<DashboardActivity>> ReadActivityAsync(
        ActivityType type,
        NpgsqlDataReader row,
        CancellationToken cancellationToken
    )
    {
        var found = new List<DashboardActivity>();
        while (await row.ReadAsync(cancellationToken))
        {
            found.Add(
                new(
                    type,
                    row.GetFieldValue<DateTimeOffset>(5),
                    row.GetGuid(0),
                    row.GetString(1),
                    row.GetString(2),
                    row.GetInt32(3),
                    row.GetInt32(4)
                )
            );
        }
        return found;
    }

    private static NpgsqlBatchCommand Command(string sql, params ReadOnlySpan<object> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }
        return command;
    }
}
