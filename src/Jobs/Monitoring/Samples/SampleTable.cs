using Npgsql;
using NpgsqlTypes;

namespace Jobs.Monitoring.Samples;

/// <summary>Writes series and samples, within the transaction of a connection.</summary>
internal static class SampleTable
{
    /// <summary>The series of rows, by position, added where they are missing; null for one that may not be.</summary>
    /// <param name="most">Most series that there are of all but batches; null where their number is bounded otherwise.</param>
    public static async Task<IReadOnlyList<int?>> SeriesAsync(
        NpgsqlConnection connection,
        IReadOnlyList<SampleRow> rows,
        int? most,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(SampleStatements.Series, connection)
        {
            Parameters =
            {
                new() { Value = rows.Select(r => r.Name).ToArray() },
                new() { Value = rows.Select(r => r.Labels).ToArray() },
                new() { Value = rows.Select(r => r.TenantId).ToArray() },
                new()
                {
                    Value = (object?)most ?? DBNull.Value,
                    NpgsqlDbType = NpgsqlDbType.Integer,
                },
            },
        };
        var series = new List<int?>(rows.Count);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            series.Add(row.IsDBNull(0) ? null : row.GetInt32(0));
        }
        return series;
    }

    public static async Task InsertAsync(
        NpgsqlConnection connection,
        int resolution,
        IReadOnlyList<PlacedSample> samples,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(SampleStatements.Insert, connection)
        {
            Parameters =
            {
                new() { Value = resolution },
                new() { Value = samples.Select(s => s.Series).ToArray() },
                new() { Value = samples.Select(s => s.At).ToArray() },
                new() { Value = samples.Select(s => s.Since).ToArray() },
                new() { Value = samples.Select(s => s.Count).ToArray() },
                new() { Value = samples.Select(s => s.Sum).ToArray() },
                new() { Value = samples.Select(s => s.Min).ToArray() },
                new() { Value = samples.Select(s => s.Max).ToArray() },
                new()
                {
                    Value = samples.Select(s => s.Buckets).ToArray(),
                    NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea,
                },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
