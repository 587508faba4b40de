using Jobs.Auditing;
using Jobs.Database;
using Jobs.Engine;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Jobs.Batches;

/// <summary>Changes the course of a batch. Thread-safe.</summary>
public sealed class BatchSteering(
    JobsDataSource database,
    IOptions<BatchOptions> options,
    Notices notices,
    WorkSignal signal
)
{
    /// <summary>
    /// Cancels a batch: what has not started ends cancelled at once, running items get their token cancelled, and the
    /// batch is <c>cancelled</c> when the last of them has ended.
    /// </summary>
    public Task<SteerResult> CancelAsync(
        int tenantId,
        Guid id,
        CancellationToken cancellationToken
    ) => CancelAsync(tenantId, id, CancelCause.Caller, cancellationToken);

    /// <summary>
    /// Pauses a batch: when this has returned nothing more of it starts but the items of chunks that workers hold.
    /// </summary>
    public async Task<SteerResult> PauseAsync(
        int tenantId,
        Guid id,
        CancellationToken cancellationToken
    )
    {
        var was = await SteerAsync(
            SteerStatements.Pause,
            was => was != BatchState.Paused && BatchTransitions.Allows(was, BatchState.Paused),
            cancellationToken,
            tenantId,
            id
        );
        notices.SendChange(id);
        return was switch
        {
            null => SteerResult.NotFound,
            BatchState.Paused => SteerResult.Already,
            { } state when BatchTransitions.Allows(state, BatchState.Paused) => SteerResult.Done,
            _ => SteerResult.Illegal,
        };
    }

    /// <summary>Lets a paused batch go on from where it was.</summary>
    public async Task<SteerResult> ResumeAsync(
        int tenantId,
        Guid id,
        CancellationToken cancellationToken
    )
    {
        var was = await SteerAsync(
            SteerStatements.Resume,
            was => was == BatchState.Paused,
            cancellationToken,
            tenantId,
            id
        );
        notices.SendChange(id);
        if (was == BatchState.Paused)
        {
            signal.Announce(scheduled: false);
            signal.Announce(scheduled: true);
        }
        return was switch
        {
            null => SteerResult.NotFound,
            BatchState.Paused => SteerResult.Done,
            BatchState.Queued or BatchState.Running => SteerResult.Already,
            _ => SteerResult.Illegal,
        };
    }

    /// <summary>Purges an ended batch: its pages are deleted, a tombstone stays.</summary>
    public async Task<SteerResult> DeleteAsync(
        int tenantId,
        Guid id,
        CancellationToken cancellationToken
    )
    {
        var was = await SteerAsync(
            SteerStatements.Delete,
            was => was.IsEnded(),
            cancellationToken,
            tenantId,
            id
        );
        notices.SendChange(id);
        return was switch
        {
            null => SteerResult.NotFound,
            var state when state.Value.IsEnded() => SteerResult.Done,
            _ => SteerResult.Illegal,
        };
    }

    /// <summary>
    /// Cancels for a cause; one that does not hold any more, because somebody was faster, is as if there were no such
    /// batch.
    /// </summary>
    internal async Task<SteerResult> CancelAsync(
        int tenantId,
        Guid id,
        CancelCause cause,
        CancellationToken cancellationToken
    )
    {
        var was = await SteerAsync(
            SteerStatements.Cancel,
            was =>
                was != BatchState.Cancelling && BatchTransitions.Allows(was, BatchState.Cancelling),
            cancellationToken,
            tenantId,
            id,
            options.Value.Retention,
            cause.ToString().ToLowerInvariant()
        );
        notices.SendCancel(id);
        notices.SendChange(id);
        // Others may wait for its end.
        signal.Announce(scheduled: true);
        return was switch
        {
            null => SteerResult.NotFound,
            BatchState.Cancelling or BatchState.Cancelled => SteerResult.Already,
            { } state when BatchTransitions.Allows(state, BatchState.Cancelling) =>
                SteerResult.Done,
            _ => SteerResult.Illegal,
        };
    }

    /// <summary>Lets a batch go whose predecessor has ended.</summary>
    internal async Task ReleaseAsync(int tenantId, Guid id, CancellationToken cancellationToken)
    {
        await SteerAsync(FollowStatements.Release, _ => true, cancellationToken, tenantId, id);
        signal.Announce(scheduled: false);
        signal.Announce(scheduled: true);
    }

    private Task<BatchState?> SteerAsync(
        string statement,
        Func<BatchState, bool> changes,
        CancellationToken cancellationToken,
        params object[] values
    ) =>
        database.Requests.ChangeAsync(
            connection => SteerAsync(connection, statement, values, cancellationToken),
            was => was is { } state && changes(state),
            cancellationToken
        );

    private static async Task<BatchState?> SteerAsync(
        NpgsqlConnection connection,
        string statement,
        object[] values,
        CancellationToken cancellationToken
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
        var admitting = new NpgsqlBatchCommand(SettleStatement.Admit)
        {
            Parameters = { new() { Value = (Guid[])[(Guid)values[1]] } },
        };
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(locking);
        batch.BatchCommands.Add(steering);
        batch.BatchCommands.Add(admitting);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? BatchStateExtensions.FromName(reader.GetString(0))
            : null;
    }
}
