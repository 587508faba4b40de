using Jobs.Database;
using NpgsqlTypes;

namespace Jobs.Monitoring.Samples;

/// <summary>Writes slices, each in one statement. Thread-safe.</summary>
internal sealed class SampleWriter(JobsDataSource database)
{
    /// <summary>Most series that there are, of all names and tenants.</summary>
    public const int MostSeries = 10_000;

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
        var rows = slice.Rows;
        await using var command = database.Requests.CreateCommand(SampleStatements.Write);
        command.Parameters.Add(new() { Value = Node });
        command.Parameters.Add(new() { Value = NodeName.Current });
        command.Parameters.Add(new() { Value = slice.Number });
        command.Parameters.Add(new() { Value = took });
        command.Parameters.Add(new() { Value = rows.Select(r => r.Name).ToArray() });
        command.Parameters.Add(new() { Value = rows.Select(r => r.Labels).ToArray() });
        command.Parameters.Add(new() { Value = rows.Select(r => r.TenantId).ToArray() });
        command.Parameters.Add(new() { Value = rows.Select(r => r.Count).ToArray() });
        command.Parameters.Add(new() { Value = rows.Select(r => r.Sum).ToArray() });
        command.Parameters.Add(new() { Value = rows.Select(r => r.Min).ToArray() });
        command.Parameters.Add(new() { Value = rows.Select(r => r.Max).ToArray() });
        command.Parameters.Add(
            new()
            {
                Value = rows.Select(r => r.Buckets).ToArray(),
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea,
            }
        );
        command.Parameters.Add(new() { Value = MostSeries });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new(row.GetBoolean(1));
    }
}

/// <summary>What a node learns when it writes.</summary>
/// <param name="IsEldest">Whether no node that writes has been here for longer: it looks at what all share.</param>
internal readonly record struct WrittenSlice(bool IsEldest);
