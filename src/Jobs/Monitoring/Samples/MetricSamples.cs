using System.Text.Json;
using Jobs.Database;
using Npgsql;
using NpgsqlTypes;

namespace Jobs.Monitoring.Samples;

/// <summary>
/// Reads what all nodes have measured, by <see cref="SampleNames"/>: minutes for two days, hours for ninety, days for
/// two years (by default). The minute that goes on is not among it. Thread-safe.
/// </summary>
public sealed class MetricSamples(JobsDataSource database)
{
    /// <summary>Most rows that one answer is made of.</summary>
    public const int MostRows = 500_000;

    /// <summary>
    /// The series with these names from a time to another, an element for each interval of which there is something,
    /// in the order of name, labels and time.
    /// </summary>
    /// <param name="names">Of <see cref="SampleNames"/>.</param>
    /// <param name="tenantId">Whose series; null for those that are nobody's. Series of a tenant are never in the latter.</param>
    /// <param name="from">Where it begins; intervals that begin before it are not among them.</param>
    /// <param name="to">Where it ends.</param>
    /// <param name="step">Length of the intervals; a minute or more.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<SamplePoint>> ReadAsync(
        IReadOnlyCollection<string> names,
        int? tenantId,
        DateTimeOffset from,
        DateTimeOffset to,
        TimeSpan step,
        CancellationToken cancellationToken
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, TimeSpan.FromMinutes(1));
        var standing = await StandingAsync(cancellationToken);
        // An interval is made of whole samples only: half an hour of minutes.
        var seconds = step.TotalSeconds;
        var coarsest =
            seconds % 86_400 == 0 ? 86_400
            : seconds % 3_600 == 0 ? 3_600
            : 60;
        return await ReadAsync(
            names,
            tenantId,
            SampleWindow.PartsOf(from, to, coarsest, standing.Hours, standing.Days),
            since: null,
            at => SampleWindow.Floor(at, seconds),
            cancellationToken
        );
    }

    /// <summary>The same as one interval; nothing that began to be counted before <paramref name="since"/>.</summary>
    internal async Task<IReadOnlyList<SamplePoint>> SumAsync(
        IReadOnlyCollection<string> names,
        DateTimeOffset from,
        DateTimeOffset? since,
        SampleStanding standing,
        CancellationToken cancellationToken
    ) =>
        await ReadAsync(
            names,
            tenantId: null,
            SampleWindow.PartsOf(
                // What is written soon after it began counts for the minute before.
                since > from
                    ? SampleWindow.Floor(since.Value.AddMinutes(-1), 60)
                    : from,
                standing.Now.AddMinutes(1),
                86_400,
                standing.Hours,
                standing.Days
            ),
            since,
            _ => from,
            cancellationToken
        );

    internal async Task<SampleStanding> StandingAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Requests.CreateCommand(SampleStatements.Standing);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new(
            row.GetFieldValue<DateTimeOffset>(0),
            row.GetFieldValue<DateTimeOffset>(1),
            row.IsDBNull(2) ? null : row.GetFieldValue<DateTimeOffset>(2),
            row.GetFieldValue<DateTimeOffset>(3)
        );
    }

    internal async Task<IReadOnlyList<string>> NodesAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Requests.CreateCommand(SampleStatements.Nodes);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var names = new List<string>();
        while (await row.ReadAsync(cancellationToken))
        {
            names.Add(row.GetString(0));
        }
        return names;
    }

    private async Task<IReadOnlyList<SamplePoint>> ReadAsync(
        IReadOnlyCollection<string> names,
        int? tenantId,
        IReadOnlyList<SamplePart> parts,
        DateTimeOffset? since,
        Func<DateTimeOffset, DateTimeOffset> intervalOf,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.Requests.CreateCommand(SampleStatements.Read);
        command.Parameters.Add(new() { Value = names.ToArray() });
        command.Parameters.Add(
            new() { Value = (object?)tenantId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer }
        );
        command.Parameters.Add(new() { Value = parts.Select(p => p.Resolution).ToArray() });
        command.Parameters.Add(
            new() { Value = parts.Select(p => p.Low.ToUniversalTime()).ToArray() }
        );
        command.Parameters.Add(
            new() { Value = parts.Select(p => p.High.ToUniversalTime()).ToArray() }
        );
        command.Parameters.Add(
            new()
            {
                Value = (object?)since?.ToUniversalTime() ?? DBNull.Value,
                NpgsqlDbType = NpgsqlDbType.TimestampTz,
            }
        );
        command.Parameters.Add(new() { Value = MostRows });
        var merged = new Dictionary<(int Series, DateTimeOffset At), SamplePoint>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            var key = (row.GetInt32(0), intervalOf(row.GetFieldValue<DateTimeOffset>(3)));
            merged[key] = Merge(merged.GetValueOrDefault(key), row, key.Item2);
        }
        return
        [
            .. merged
                .OrderBy(p => p.Value.Name, StringComparer.Ordinal)
                .ThenBy(p => p.Key.Series)
                .ThenBy(p => p.Key.At)
                .Select(p => p.Value),
        ];
    }

    private static SamplePoint Merge(SamplePoint? former, NpgsqlDataReader row, DateTimeOffset at)
    {
        var buckets = former?.Buckets;
        if (!row.IsDBNull(8))
        {
            buckets ??= new long[LogHistogram.Buckets];
            PackedHistogram.AddTo(buckets, row.GetFieldValue<byte[]>(8));
        }
        return new(
            former?.Name ?? row.GetString(1),
            former?.Labels
                ?? JsonSerializer.Deserialize(
                    row.GetString(2),
                    SampleJson.Default.DictionaryStringString
                )!,
            at,
            (former?.Count ?? 0) + row.GetInt64(4),
            (former?.Sum ?? 0) + row.GetDouble(5),
            Math.Min(former?.Min ?? double.MaxValue, row.GetDouble(6)),
            Math.Max(former?.Max ?? double.MinValue, row.GetDouble(7))
        )
        {
            Buckets = buckets,
        };
    }
}

/// <summary>Up to where there are hours and days, from when on requests count, and the database's time.</summary>
internal readonly record struct SampleStanding(
    DateTimeOffset Hours,
    DateTimeOffset Days,
    DateTimeOffset? Reset,
    DateTimeOffset Now
);
