using Jobs.Database;
using Jobs.Engine;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Jobs.Batches;

/// <summary>
/// Writes small submissions. One that comes alone is written at once; those that come while others are being written
/// share the next statement and its commit. Thread-safe.
/// </summary>
internal sealed class SubmitQueue(
    JobsDataSource database,
    IOptions<BatchOptions> options,
    DirectLeases direct
)
{
    // Two commits at a time: while one waits for the disk the other is computed.
    private const int Lanes = 2;
    private const int MostAtOnce = 128;
    private const int MostBytesAtOnce = 1024 * 1024;

    private readonly Lock gate = new();
    private readonly Queue<Waiting> queue = new();
    private int lanes;

    /// <summary>
    /// Ends when the batch is committed, and says whether this process's worker has begun it already. It cannot be called off: until then its pages are being read.
    /// </summary>
    /// <exception cref="NpgsqlException">The database cannot be reached, or it refuses this batch.</exception>
    public Task<bool> WriteAsync(WrittenBatch batch)
    {
        var waiting = new Waiting(batch);
        lock (gate)
        {
            queue.Enqueue(waiting);
            if (lanes == Lanes)
            {
                return waiting.Done.Task;
            }
            lanes++;
        }
        _ = RunAsync();
        return waiting.Done.Task;
    }

    private async Task RunAsync()
    {
        while (Take() is { Count: > 0 } group)
        {
            await WriteAsync(group);
        }
    }

    // None where this lane is to end: whoever comes afterwards starts it again.
    private List<Waiting> Take()
    {
        var group = new List<Waiting>();
        var bytes = 0;
        lock (gate)
        {
            while (
                group.Count < MostAtOnce
                && queue.TryPeek(out var next)
                && (group.Count == 0 || bytes + next.Batch.Bytes <= MostBytesAtOnce)
            )
            {
                group.Add(queue.Dequeue());
                bytes += next.Batch.Bytes;
            }
            if (group.Count == 0)
            {
                lanes--;
            }
        }
        return group;
    }

    private async Task WriteAsync(List<Waiting> group)
    {
        var leases = new Dictionary<Guid, DirectLeases.DirectLease>();
        try
        {
            foreach (var waiting in group)
            {
                if (direct.TryTake(waiting.Batch) is { } lease)
                {
                    leases.Add(lease.BatchId, lease);
                }
            }
            await using var connection = await database.Engine.OpenConnectionAsync();
            var leased = await ExecuteAsync(
                [.. group.Select(w => w.Batch)],
                leases,
                options.Value,
                connection,
                null,
                CancellationToken.None
            );
            foreach (var chunk in leased)
            {
                leases[chunk.BatchId].Start(chunk.Id, chunk.TenantWeight);
            }
            group.ForEach(w =>
                w.Done.SetResult(leased.Exists(c => c.BatchId == w.Batch.Submitted.Id))
            );
        }
        catch (PostgresException) when (group.Count > 1)
        {
            // Nothing of it was written. One that is refused must not take the others with it.
            End(leases);
            foreach (var waiting in group)
            {
                await WriteAsync([waiting]);
            }
        }
        catch (Exception e)
        {
            group.ForEach(w => w.Done.SetException(e));
        }
        finally
        {
            End(leases);
        }
    }

    private static void End(Dictionary<Guid, DirectLeases.DirectLease> leases)
    {
        foreach (var lease in leases.Values)
        {
            lease.Dispose();
        }
        leases.Clear();
    }

    /// <summary>Writes batches in one round trip: in the transaction that there is, or in one of its own.</summary>
    /// <param name="leases">The batches that are to be leased with it, all to one worker.</param>
    /// <returns>The chunks that were.</returns>
    public static async Task<List<DirectChunk>> ExecuteAsync(
        IReadOnlyList<WrittenBatch> batches,
        IReadOnlyDictionary<Guid, DirectLeases.DirectLease> leases,
        BatchOptions options,
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        CancellationToken cancellationToken
    )
    {
        // Sent together, the commands of a batch are one transaction unless there is one already.
        await using var statements = new NpgsqlBatch(connection, transaction);
        if (batches.Any(b => b.Pages.Count > 0))
        {
            statements.BatchCommands.Add(SubmitCommands.Pages(batches));
        }
        statements.BatchCommands.Add(SubmitCommands.Batches(batches, leases, options));
        foreach (var batch in batches)
        {
            if (batch.Beside is { } beside)
            {
                statements.BatchCommands.Add(beside);
            }
        }
        var leased = new List<DirectChunk>();
        await using var reader = await statements.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            leased.Add(new(reader.GetGuid(0), reader.GetInt64(1), reader.GetInt32(2)));
        }
        // What one of the others has to say against it comes with its result.
        while (await reader.NextResultAsync(cancellationToken)) { }
        return leased;
    }

    private sealed record Waiting(WrittenBatch Batch)
    {
        public TaskCompletionSource<bool> Done { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>A chunk that was leased with its submission.</summary>
internal readonly record struct DirectChunk(Guid BatchId, long Id, int TenantWeight);
