using Jobs.Batches;
using Jobs.Database;
using Npgsql;

namespace Jobs.Engine;

/// <summary>Leases chunks for one worker. Thread-safe.</summary>
internal sealed class ChunkLeaser(JobsDataSource database)
{
    /// <summary>Leases the first chunks that are ready, in one round trip.</summary>
    /// <param name="kinds">The kinds that are wanted, each with how many chunks at most.</param>
    /// <param name="count">How many at most in all.</param>
    /// <exception cref="NpgsqlException">The database cannot be reached. What was leased nonetheless is handed back by the worker's reconciliation.</exception>
    public async Task<List<LeasedChunk>> LeaseAsync(
        Guid workerId,
        IReadOnlyDictionary<string, int> kinds,
        int count,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.Engine.CreateCommand(LeaseStatements.Lease);
        command.Parameters.Add(new() { Value = workerId });
        command.Parameters.Add(new() { Value = kinds.Keys.ToArray() });
        command.Parameters.Add(new() { Value = kinds.Values.ToArray() });
        command.Parameters.Add(new() { Value = count });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var chunks = new List<LeasedChunk>();
        while (await reader.ReadAsync(cancellationToken))
        {
            chunks.Add(Read(reader));
        }
        return chunks;
    }

    private static LeasedChunk Read(NpgsqlDataReader row)
    {
        var pageCount = row.GetInt16(12);
        return new LeasedChunk(
            new ChunkKey(row.GetGuid(0), row.GetInt64(1)),
            Token: row.GetInt32(2),
            Page: row.GetInt32(3),
            Kind: row.GetString(4),
            Attempt: row.GetInt16(5),
            Deaths: row.GetInt16(6),
            TenantId: row.GetInt32(7),
            MaxAttempts: row.GetInt16(8) + row.GetInt16(15),
            ItemTimeout: TimeSpan.FromMilliseconds(row.GetInt32(9)),
            Cancelling: row.GetBoolean(10),
            First: row.GetInt32(11),
            PageCount: pageCount,
            Items: ItemSet.FromColumn(
                row.IsDBNull(13) ? null : row.GetFieldValue<byte[]>(13),
                pageCount
            ),
            Payload: row.GetFieldValue<byte[]>(14)
        )
        {
            AttemptsBefore = row.GetInt16(15),
        };
    }
}
