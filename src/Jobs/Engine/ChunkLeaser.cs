using Jobs.Batches;
using Jobs.Database;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Jobs.Engine;

/// <summary>Leases chunks for one worker. Thread-safe.</summary>
internal sealed class ChunkLeaser(
    JobsDataSource database,
    EngineMeter meter,
    IOptions<EngineOptions> options,
    TimeProvider time
)
{
    private readonly short[] priorities = [.. options.Value.ServedPriorities.Select(p => (short)p)];

    /// <summary>Leases the chunks whose turn it is, in one round trip.</summary>
    /// <exception cref="NpgsqlException">The database cannot be reached. What was leased nonetheless is handed back by the worker's reconciliation.</exception>
    public async Task<Lease> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        // Sent together, the commands of a batch are one transaction.
        await using var batch = database.Engine.CreateBatch();
        var exclusive = request.TenantLimits || request.Kinds.Any(k => k.Kind.MaxRunning > 0);
        if (exclusive)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(LeaseStatements.Exclude));
        }
        batch.BatchCommands.Add(Command(request, exclusive));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (exclusive)
        {
            await reader.NextResultAsync(cancellationToken);
        }
        var chunks = new List<LeasedChunk>();
        int[] waiting = [];
        var next = 0;
        var floor = long.MinValue;
        while (await reader.ReadAsync(cancellationToken))
        {
            if (chunks.Count == 0)
            {
                waiting = reader.IsDBNull(19) ? [] : reader.GetFieldValue<int[]>(19);
                next = reader.IsDBNull(21) ? 0 : reader.GetInt32(21);
                floor = reader.GetInt64(22);
            }
            // One row tells of the queues where nothing is leased.
            if (!reader.IsDBNull(0))
            {
                chunks.Add(Read(request, reader));
            }
        }
        meter.Leased(time.GetElapsedTime(began));
        return new(chunks, waiting, next, floor);
    }

    private NpgsqlBatchCommand Command(LeaseRequest request, bool exclusive)
    {
        var standing = request.Standing;
        return new(LeaseStatements.Lease)
        {
            Parameters =
            {
                new() { Value = request.Worker },
                new() { Value = request.Kinds.Select(k => k.Kind.Name).ToArray() },
                new() { Value = request.Kinds.Select(k => k.Free).ToArray() },
                new() { Value = request.Kinds.Select(k => k.Kind.MaxRunning).ToArray() },
                new() { Value = request.Count },
                new() { Value = priorities },
                new() { Value = standing.Tenants },
                new() { Value = standing.Passes },
                new() { Value = standing.Costs },
                new() { Value = standing.Aged },
                new() { Value = standing.Pass },
                new() { Value = standing.Cost },
                new() { Value = options.Value.NormalHeadStart },
                new() { Value = options.Value.LowHeadStart },
                new() { Value = request.FirstTenant },
                new() { Value = exclusive },
                new() { Value = request.Floor },
            },
        };
    }

    internal static LeasedChunk Read(LeaseRequest request, NpgsqlDataReader row)
    {
        var pageCount = row.GetInt16(12);
        var kind = row.GetString(4);
        return new LeasedChunk(
            new ChunkKey(row.GetGuid(0), row.GetInt64(1)),
            Token: row.GetInt32(2),
            Page: row.GetInt32(3),
            Kind: kind,
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
            WorkerId = request.Worker,
            AttemptsBefore = row.GetInt16(15),
            Lanes = row.IsDBNull(16) ? null : row.GetInt16(16),
            HasLimit = row.GetBoolean(17),
            TenantWeight = row.GetInt32(18),
            // The last column of either statement.
            Traceparent = row.IsDBNull(row.FieldCount - 1)
                ? null
                : row.GetString(row.FieldCount - 1),
            IsCounted =
                row.GetBoolean(20)
                || request.Kinds.Any(k => k.Kind.MaxRunning > 0 && k.Kind.Name == kind),
        };
    }
}
