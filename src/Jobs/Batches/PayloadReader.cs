using Jobs.Database;

namespace Jobs.Batches;

/// <summary>Reads what items were submitted as, for people who look at some of them. Thread-safe.</summary>
public sealed class PayloadReader(JobsDataSource database)
{
    /// <summary>The payloads of these items, UTF-8 JSON by index; those that the tenant does not have are missing.</summary>
    public async Task<IReadOnlyDictionary<int, ReadOnlyMemory<byte>>> ReadAsync(
        int tenantId,
        Guid batchId,
        IReadOnlyCollection<int> indexes,
        CancellationToken cancellationToken
    )
    {
        var payloads = new Dictionary<int, ReadOnlyMemory<byte>>();
        if (indexes.Count == 0)
        {
            return payloads;
        }
        await using var command = database.Requests.CreateCommand(ReadStatements.Payloads);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = batchId });
        command.Parameters.Add(new() { Value = indexes.ToArray() });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            var first = row.GetInt32(0);
            var items = new Engine.PageLines(row.GetFieldValue<byte[]>(2), row.GetInt16(1));
            foreach (var index in row.GetFieldValue<int[]>(3))
            {
                payloads[index] = items[index - first];
            }
        }
        return payloads;
    }
}
