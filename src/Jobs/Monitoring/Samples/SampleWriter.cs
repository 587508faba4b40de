using Jobs.Database;
using Npgsql;

namespace Jobs.Monitoring.Samples;

/// <summary>Writes slices, each in one transaction. Thread-safe.</summary>
internal sealed class SampleWriter(JobsDataSource database)
{
    /// <summary>Most series that there are, of all names and tenants.</summary>
    public const int MostSeries = 10_000;

    private const int Minute = 60;

    /// <summary>This process, among those that write.</summary>
    public Guid Node { get; } = Guid.CreateVersion7();

    /// <summary>
    /// Writes a slice; one that was written before, whose answer was lost, is not written twice.
    /// </summary>
    /// <param name="slice">What was counted.</param>
    /// <param name="took">How long.</param>
    /// <param name="cancellationToken">Ends the wait; the slice may have been written nonetheless.</param>
    public async Task<WrittenSlice> WriteAsync(
        SampleSlice slice,
        TimeSpan took,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.Requests.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var entry = await EnterAsync(connection, slice.Number, took, cancellationToken);
        if (entry.IsNew)
        {
            var series = await SampleTable.SeriesAsync(
                connection,
                slice.Rows,
                MostSeries,
                cancellationToken
            );
            await SampleTable.InsertAsync(
                connection,
                Minute,
                [
                    .. slice
                        .Rows.Zip(series)
                        .Where(r => r.Second is not null)
                        .Select(r =>
                            PlacedSample.Of(r.First, r.Second!.Value, entry.At, entry.Since)
                        ),
                ],
                cancellationToken
            );
        }
        await transaction.CommitAsync(cancellationToken);
        return new(entry.IsEldest);
    }

    private async Task<Entry> EnterAsync(
        NpgsqlConnection connection,
        int number,
        TimeSpan took,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(SampleStatements.Enter, connection)
        {
            Parameters =
            {
                new() { Value = Node },
                new() { Value = NodeName.Current },
                new() { Value = number },
                new() { Value = took },
            },
        };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new(
            row.GetBoolean(0),
            row.GetFieldValue<DateTimeOffset>(1),
            row.GetFieldValue<DateTimeOffset>(2),
            row.GetBoolean(3)
        );
    }

    private readonly record struct Entry(
        bool IsNew,
        DateTimeOffset At,
        DateTimeOffset Since,
        bool IsEldest
    );
}

/// <summary>What a node learns when it writes.</summary>
/// <param name="IsEldest">Whether no node that writes has been here for longer: it looks at what all share.</param>
internal readonly record struct WrittenSlice(bool IsEldest);
