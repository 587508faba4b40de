using Jobs.Database;
using Jobs.Monitoring.Samples;
using Npgsql;

namespace Jobs.Monitoring.Tallies;

/// <summary>
/// Makes samples of the tallies of minutes that have ended. Tallies go in the transaction in which their samples come:
/// who reads both in one statement finds each once. Several may try: one does it. Thread-safe.
/// </summary>
internal sealed class TallyFold(JobsDataSource database)
{
    private const int MostPerStep = 20_000;
    private const int Minute = 60;

    /// <summary>How many tallies there were.</summary>
    public async Task<long> RunAsync(CancellationToken cancellationToken)
    {
        var folded = 0L;
        int step;
        do
        {
            step = await StepAsync(cancellationToken);
            folded += step;
        } while (step == MostPerStep);
        return folded;
    }

    private async Task<int> StepAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Requests.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await HoldAsync(connection, cancellationToken) is not var (earliest, minute))
        {
            return 0;
        }
        var sums = new TallySums();
        var taken = 0;
        await using (var take = Command(TallyStatements.Take, connection, minute, MostPerStep))
        await using (var row = await take.ExecuteReaderAsync(cancellationToken))
        {
            while (await row.ReadAsync(cancellationToken))
            {
                sums.Add(row, earliest);
                taken++;
            }
        }
        if (taken > 0)
        {
            await WriteAsync(connection, [.. sums.Samples()], cancellationToken);
            await RaiseAsync(connection, sums.Levels(), cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        return taken;
    }

    private static async Task<(DateTimeOffset Earliest, DateTimeOffset Minute)?> HoldAsync(
        NpgsqlConnection connection,
        CancellationToken cancellationToken
    )
    {
        await using var hold = Command(TallyStatements.Hold, connection);
        await using var row = await hold.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? (row.GetFieldValue<DateTimeOffset>(0), row.GetFieldValue<DateTimeOffset>(1))
            : null;
    }

    // The number of series is that of tenants and kinds, which no caller can raise.
    private static async Task WriteAsync(
        NpgsqlConnection connection,
        IReadOnlyList<(DateTimeOffset At, SampleRow Row)> samples,
        CancellationToken cancellationToken
    )
    {
        var series = await SampleTable.SeriesAsync(
            connection,
            [.. samples.Select(s => s.Row)],
            most: null,
            cancellationToken
        );
        await SampleTable.InsertAsync(
            connection,
            Minute,
            [
                .. samples
                    .Zip(series)
                    .Where(s => s.Second is not null)
                    .Select(s =>
                        PlacedSample.Of(s.First.Row, s.Second!.Value, s.First.At, s.First.At)
                    ),
            ],
            cancellationToken
        );
    }

    private static async Task RaiseAsync(
        NpgsqlConnection connection,
        IReadOnlyList<(int Tenant, string Kind, long Batches, long Items)> levels,
        CancellationToken cancellationToken
    )
    {
        await using var raise = Command(
            TallyStatements.Raise,
            connection,
            levels.Select(l => l.Tenant).ToArray(),
            levels.Select(l => l.Kind).ToArray(),
            levels.Select(l => l.Batches).ToArray(),
            levels.Select(l => l.Items).ToArray()
        );
        await raise.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlCommand Command(
        string sql,
        NpgsqlConnection connection,
        params ReadOnlySpan<object> values
    )
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }
        return command;
    }
}
