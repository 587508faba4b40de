using Jobs.Database;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Jobs.Batches;

/// <summary>
/// Writes small submissions. One that comes alone is written at once; those that come while others are being written
/// share the next statement and its commit. Thread-safe.
/// </summary>
internal sealed class SubmitQueue(JobsDataSource database, IOptions<BatchOptions> options)
{
    // Two commits at a time: while one waits for the disk the other is computed.
    private const int Lanes = 2;
    private const int MostAtOnce = 128;
    private const int MostBytesAtOnce = 1024 * 1024;

    private readonly Lock gate = new();
    private readonly Queue<Waiting> queue = new();
    private int lanes;

    /// <summary>
    /// Ends when the batch is committed. It cannot be called off: until then its pages are being read.
    /// </summary>
    /// <exception cref="NpgsqlException">The database cannot be reached, or it refuses this batch.</exception>
    public Task WriteAsync(WrittenBatch batch)
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
        _ = Task.Run(RunAsync);
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
        try
        {
            await using var connection = await database.Engine.OpenConnectionAsync();
            await ExecuteAsync(
                [.. group.Select(w => w.Batch)],
                options.Value,
                connection,
                null,
                CancellationToken.None
            );
            group.ForEach(w => w.Done.SetResult());
        }
        catch (PostgresException) when (group.Count > 1)
        {
            // Nothing of it was written. One that is refused must not take the others with it.
            foreach (var waiting in group)
            {
                await WriteAsync([waiting]);
            }
        }
        catch (Exception e)
        {
            group.ForEach(w => w.Done.SetException(e));
        }
    }

    /// <summary>Writes batches in one round trip: in the transaction that there is, or in one of its own.</summary>
    public static async Task ExecuteAsync(
        IReadOnlyList<WrittenBatch> batches,
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
        statements.BatchCommands.Add(SubmitCommands.Batches(batches, options));
        foreach (var batch in batches)
        {
            if (batch.Beside is { } beside)
            {
                statements.BatchCommands.Add(beside);
            }
        }
        await statements.ExecuteNonQueryAsync(cancellationToken);
    }

    private sealed record Waiting(WrittenBatch Batch)
    {
        public TaskCompletionSource Done { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
