using Jobs.Monitoring;
using Jobs.Monitoring.Samples;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Jobs.Dashboard;

/// <summary>
/// Reads what happened to a tenant's batches: samples, and what was tallied since the last of them. What it costs
/// depends on the number of buckets and kinds, and on what one minute brings. Thread-safe.
/// </summary>
public sealed class StatisticsReader(DashboardSource source, IOptions<MetricsOptions> options)
{
    /// <summary>Buckets of one series.</summary>
    public const int MostBuckets = 1_000;

    private const int Minute = 60;
    private const int Hour = 3_600;
    private const int Day = 86_400;

    /// <summary>
    /// The seconds of which buckets that begin at a time must be whole multiples: those of the finest samples that are
    /// kept of then.
    /// </summary>
    public int FinestAt(DateTimeOffset from, DateTimeOffset now) =>
        from >= now - options.Value.MinuteRetention + TimeSpan.FromHours(1) ? Minute
        : from >= now - options.Value.HourRetention + TimeSpan.FromDays(1) ? Hour
        : Day;

    /// <summary>What happened from one time until another, in buckets.</summary>
    /// <param name="tenantId">Whose batches.</param>
    /// <param name="from">The first bucket begins here, rounded down to the minute, hour or day (UTC) of which the buckets are multiples.</param>
    /// <param name="to">The last bucket holds the moment before.</param>
    /// <param name="bucket">A multiple of <see cref="FinestAt"/>; there are at most <see cref="MostBuckets"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<DashboardSeries> SeriesAsync(
        int tenantId,
        DateTimeOffset from,
        DateTimeOffset to,
        TimeSpan bucket,
        CancellationToken cancellationToken
    )
    {
        var seconds = (int)bucket.TotalSeconds;
        var coarsest =
            seconds % Day == 0 ? Day
            : seconds % Hour == 0 ? Hour
            : Minute;
        var start = SampleWindow.Floor(from, coarsest);
        var count = (int)Math.Ceiling((to - start).TotalSeconds / seconds);
        var read = await ReadAsync(
            tenantId,
            start,
            start.AddSeconds((double)seconds * count),
            seconds,
            count,
            coarsest,
            cancellationToken
        );
        return read.ToSeries(start, seconds, count);
    }

    /// <summary>What happened from one time, rounded down to its minute, until now.</summary>
    public async Task<(DashboardTotals Totals, bool Exact)> TotalsAsync(
        int tenantId,
        DateTimeOffset from,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var start = SampleWindow.Floor(from, Minute);
        var end = SampleWindow.Floor(now, Minute).AddSeconds(Minute);
        var read = await ReadAsync(
            tenantId,
            start,
            end,
            (int)(end - start).TotalSeconds,
            count: 1,
            Day,
            cancellationToken
        );
        var all = new DashboardTally();
        foreach (var row in read.Rows)
        {
            all.Add(row);
        }
        return (all.Totals, read.IsExactFrom(start));
    }

    private async Task<StatisticsRows> ReadAsync(
        int tenantId,
        DateTimeOffset start,
        DateTimeOffset end,
        int seconds,
        int count,
        int coarsest,
        CancellationToken cancellationToken
    )
    {
        var standing = await source.ReadAsync(
            () => DashboardReader.Command(DashboardStatements.Standing),
            ReadStandingAsync,
            cancellationToken
        );
        var reachesNow = end > standing.Now;
        // The clock that dates what happens may be ahead.
        var high = reachesNow ? end.AddDays(1) : end;
        var parts = SampleWindow.PartsOf(start, high, coarsest, standing.Hours, standing.Days);
        var rows = await source.ReadAsync(
            () =>
                DashboardReader.Command(
                    DashboardStatements.Series,
                    tenantId,
                    parts.Select(p => p.Resolution).ToArray(),
                    parts.Select(p => p.Low).ToArray(),
                    parts.Select(p => p.High).ToArray(),
                    start,
                    seconds,
                    count - 1
                ),
            ReadRowsAsync,
            cancellationToken
        );
        return new(rows, standing, reachesNow, standing.Now - options.Value.DayRetention);
    }

    private static async Task<StatisticsStanding> ReadStandingAsync(
        NpgsqlDataReader row,
        CancellationToken cancellationToken
    )
    {
        await row.ReadAsync(cancellationToken);
        return new(
            row.GetFieldValue<DateTimeOffset>(0),
            row.GetFieldValue<DateTimeOffset>(1),
            row.GetFieldValue<DateTimeOffset>(2),
            row.GetFieldValue<DateTimeOffset>(3)
        );
    }

    private static async Task<List<DashboardRow>> ReadRowsAsync(
        NpgsqlDataReader row,
        CancellationToken cancellationToken
    )
    {
        var rows = new List<DashboardRow>();
        while (await row.ReadAsync(cancellationToken))
        {
            rows.Add(
                new(
                    row.IsDBNull(0) ? null : row.GetInt32(0),
                    row.GetString(1),
                    row.GetString(2),
                    row.IsDBNull(3) ? null : row.GetString(3),
                    row.GetInt64(4),
                    row.GetInt64(5),
                    row.IsDBNull(6) ? [] : row.GetFieldValue<byte[][]>(6),
                    row.IsDBNull(7) ? [] : row.GetFieldValue<long[]>(7)
                )
            );
        }
        return rows;
    }
}

/// <summary>Up to where there are hours and days of samples, from when on batches are counted, and the database's time.</summary>
internal readonly record struct StatisticsStanding(
    DateTimeOffset Hours,
    DateTimeOffset Days,
    DateTimeOffset Since,
    DateTimeOffset Now
);
