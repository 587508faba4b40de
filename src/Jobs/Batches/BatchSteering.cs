using Jobs.Database;
using Jobs.Engine;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Jobs.Batches;

/// <summary>Changes the course of a batch. Thread-safe.</summary>
public sealed class BatchSteering(
    JobsDataSource database,
    IOptions<BatchOptions> options,
    Notices notices
)
{
    /// <summary>
    /// Cancels a batch: what has not started ends cancelled at once, running items get their token cancelled, and the
    /// batch is <c>cancelled</c> when the last of them has ended.
    /// </summary>
    public async Task<SteerResult> CancelAsync(
        int tenantId,
        Guid id,
        CancellationToken cancellationToken
    )
    {
        var was = await SteerAsync(
            SteerStatements.Cancel,
            cancellationToken,
            tenantId,
            id,
            options.Value.Retention
        );
        notices.SendCancel(id);
        notices.SendChange(id);
        return was switch
        {
            null => SteerResult.NotFound,
            BatchState.Cancelling or BatchState.Cancelled => SteerResult.Already,
            BatchState.Completed or BatchState.Expired => SteerResult.Illegal,
            _ => SteerResult.Done,
        };
    }

    /// <summary>Purges an ended batch: its pages are deleted, a tombstone stays.</summary>
    public async Task<SteerResult> DeleteAsync(
        int tenantId,
        Guid id,
        CancellationToken cancellationToken
    )
    {
        var was = await SteerAsync(SteerStatements.Delete, cancellationToken, tenantId, id);
        notices.SendChange(id);
        return was switch
        {
            null => SteerResult.NotFound,
            var state when state.Value.IsEnded() => SteerResult.Done,
            _ => SteerResult.Illegal,
        };
    }

    private async Task<BatchState?> SteerAsync(
        string statement,
        CancellationToken cancellationToken,
        params object[] values
    )
    {
        var locking = new NpgsqlBatchCommand(SteerStatements.Lock);
        var steering = new NpgsqlBatchCommand(statement);
        foreach (var value in values)
        {
            steering.Parameters.Add(new() { Value = value });
        }
        locking.Parameters.Add(new() { Value = values[0] });
        locking.Parameters.Add(new() { Value = values[1] });
        await using var batch = database.Requests.CreateBatch();
        batch.BatchCommands.Add(locking);
        batch.BatchCommands.Add(steering);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? BatchStateExtensions.FromName(reader.GetString(0))
            : null;
    }
}

/// <summary>What came of steering a batch.</summary>
public enum SteerResult
{
    Done,

    /// <summary>It had been done before.</summary>
    Already,

    /// <summary>The batch's state does not allow it.</summary>
    Illegal,

    /// <summary>The tenant has no such batch.</summary>
    NotFound,
}
