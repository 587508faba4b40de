using Jobs.Database;
using Jobs.Kinds.Cleanup;
using Jobs.Monitoring.Tallies;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Jobs.Monitoring.Samples;

/// <summary>
/// Makes hours of minutes and days of hours, an interval a transaction, and deletes what is past its retention. Several
/// may try: one does it. Thread-safe.
/// </summary>
internal sealed class SampleRollup(
    JobsDataSource database,
    TallyFold tallies,
    IOptions<MetricsOptions> options
)
{
    // A slice is of the minute in which it is written; the statement that writes it takes moments.
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(5);
    private const int SeriesPerInsert = 200;

    /// <summary>Samples that were made, and samples, series and nodes that were deleted.</summary>
    public async Task<(long Made, long Deleted)> RunAsync(CancellationToken cancellationToken)
    {
        // Where no process folds them every minute.
        await tallies.RunAsync(cancellationToken);
        var made = 0L;
        foreach (var (resolution, finer) in ((int, int)[])[(3600, 60), (86_400, 3600)])
        {
            while (await RollAsync(resolution, finer, cancellationToken) is { } rolled)
            {
                made += rolled;
            }
        }
        var deleted =
            await PurgeAsync(60, options.Value.MinuteRetention, cancellationToken)
            + await PurgeAsync(3600, options.Value.HourRetention, cancellationToken)
            + await PurgeAsync(86_400, options.Value.DayRetention, cancellationToken);
        deleted += await StepsAsync(RollupStatements.PurgeSeries, [], cancellationToken);
        deleted += await StepsAsync(RollupStatements.PurgeNodes, [], cancellationToken);
        return (made, deleted);
    }

    private Task<long> PurgeAsync(int resolution, TimeSpan retention, CancellationToken ct) =>
        StepsAsync(RollupStatements.Purge, [resolution, retention], ct);

    private Task<long> StepsAsync(string sql, IReadOnlyList<object> values, CancellationToken ct) =>
        Steps.RunAsync(database.Requests, sql, values, CleanupHandler.StepRows, ct);

    // One interval; null where there is none that has ended, or another one is at it.
    private async Task<int?> RollAsync(
        int resolution,
        int finer,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.Requests.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await NextAsync(connection, resolution, finer, cancellationToken) is not { } low)
        {
            return null;
        }
        var high = low.AddSeconds(resolution);
        var made = 0;
        var merged = new List<PlacedSample>();
        async Task InsertAsync()
        {
            await SampleTable.InsertAsync(connection, resolution, merged, cancellationToken);
            made += merged.Count;
            merged.Clear();
        }
        foreach (var series in await ReadAsync(connection, finer, low, high, cancellationToken))
        {
            merged.Add(series.PlacedAt(low));
            if (merged.Count == SeriesPerInsert)
            {
                await InsertAsync();
            }
        }
        await InsertAsync();
        await using var advance = new NpgsqlCommand(RollupStatements.Advance, connection)
        {
            Parameters =
            {
                new() { Value = resolution },
                new() { Value = high },
            },
        };
        await advance.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return made;
    }

    private static async Task<DateTimeOffset?> NextAsync(
        NpgsqlConnection connection,
        int resolution,
        int finer,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(RollupStatements.Next, connection)
        {
            Parameters =
            {
                new() { Value = resolution },
                new() { Value = finer },
            },
        };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken) || row.IsDBNull(0))
        {
            return null;
        }
        var low = SampleWindow.Floor(row.GetFieldValue<DateTimeOffset>(0), resolution);
        // Days are made of hours that are all there: the last one is rolled up in time.
        var settled = row.GetFieldValue<DateTimeOffset>(1) - (finer == 60 ? Settled : 3 * Settled);
        return low.AddSeconds(resolution) <= settled ? low : null;
    }

    private static async Task<IEnumerable<RolledSeries>> ReadAsync(
        NpgsqlConnection connection,
        int finer,
        DateTimeOffset low,
        DateTimeOffset high,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(RollupStatements.Fine, connection)
        {
            Parameters =
            {
                new() { Value = finer },
                new() { Value = low },
                new() { Value = high },
            },
        };
        var all = new List<RolledSeries>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var buckets = new long[LogHistogram.Buckets];
        RolledSeries? current = null;
        while (await row.ReadAsync(cancellationToken))
        {
            var id = row.GetInt32(0);
            if (current?.Id != id)
            {
                current?.Pack(buckets);
                current = new(id);
                all.Add(current);
            }
            current.Add(row, buckets);
        }
        current?.Pack(buckets);
        return all;
    }

    // A series over an interval, and all nodes.
    private sealed class RolledSeries(int id)
    {
        private DateTimeOffset since = DateTimeOffset.MaxValue;
        private long count;
        private double sum;
        private double min = double.MaxValue;
        private double max = double.MinValue;
        private byte[]? packed;

        public int Id { get; } = id;

        public PlacedSample PlacedAt(DateTimeOffset at) =>
            new(Id, at, since, count, sum, min, max, packed);

        public void Add(NpgsqlDataReader row, long[] buckets)
        {
            var began = row.GetFieldValue<DateTimeOffset>(1);
            since = began < since ? began : since;
            count += row.GetInt64(2);
            sum += row.GetDouble(3);
            min = Math.Min(min, row.GetDouble(4));
            max = Math.Max(max, row.GetDouble(5));
            if (!row.IsDBNull(6))
            {
                PackedHistogram.AddTo(buckets, row.GetFieldValue<byte[]>(6));
            }
        }

        public void Pack(long[] buckets)
        {
            packed = PackedHistogram.Pack(buckets);
            Array.Clear(buckets);
        }
    }
}
