using Jobs.Batches;
using Jobs.Database;
using Jobs.Features;
using Npgsql;

namespace Jobs.Engine;

/// <summary>
/// Ends batches whose time is over, releases those whose predecessor has ended, and gives places to those with a limit. Any number of workers may do so at
/// once and any of them may die over it: each step checks under the batch's lock whether it is still to be done, and
/// what it is to be done for is forgotten only afterwards. Not thread-safe.
/// </summary>
internal sealed class DueBatches(
    JobsDataSource database,
    BatchSteering steering,
    WorkSignal signal,
    FeatureSwitches features
)
{
    /// <summary>Does what is due; says how long until the next time is over.</summary>
    public async Task<TimeSpan> FollowAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var (overdue, ended, seconds, requests) = await LookAsync(cancellationToken);
            if (overdue.Length > 0)
            {
                await ExpireAsync(overdue, cancellationToken);
            }
            foreach (var predecessor in ended)
            {
                await ReleaseAsync(predecessor, cancellationToken);
            }
            foreach (var batch in requests)
            {
                await AdmitAsync(batch.Key, [.. batch], cancellationToken);
            }
            if (overdue.Length == 0 && ended.Length == 0 && requests.Length == 0)
            {
                return seconds is { } s ? TimeSpan.FromSeconds(Math.Max(0, s)) : TimeSpan.MaxValue;
            }
        }
    }

    private async Task<(
        Guid[] Overdue,
        Guid[] Ended,
        double? Seconds,
        IGrouping<Guid, long>[] Requests
    )> LookAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Engine.CreateCommand(FollowStatements.Look);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        features.Apply(row.GetString(5));
        return (
            row.GetFieldValue<Guid[]>(0),
            row.GetFieldValue<Guid[]>(1),
            row.IsDBNull(2) ? null : row.GetDouble(2),
            row.GetFieldValue<Guid[]>(4)
                .Zip(row.GetFieldValue<long[]>(3))
                .GroupBy(r => r.First, r => r.Second)
                .ToArray()
        );
    }

    private async Task ExpireAsync(Guid[] overdue, CancellationToken cancellationToken)
    {
        foreach (
            var (id, tenant) in await BatchesAsync(
                FollowStatements.Overdue,
                row => (row.GetGuid(0), row.GetInt32(1)),
                overdue,
                cancellationToken
            )
        )
        {
            await steering.CancelAsync(tenant, id, CancelCause.Deadline, cancellationToken);
        }
        await using var command = database.Engine.CreateCommand(FollowStatements.ForgetDeadlines);
        command.Parameters.Add(new() { Value = overdue });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task ReleaseAsync(Guid predecessor, CancellationToken cancellationToken)
    {
        while (
            await BatchesAsync(
                FollowStatements.Waiting,
                row => (Id: row.GetGuid(0), Tenant: row.GetInt32(1), Goes: row.GetBoolean(2)),
                predecessor,
                cancellationToken
            )
                is { Count: > 0 } waiting
        )
        {
            foreach (var (id, tenant, goes) in waiting)
            {
                if (goes)
                {
                    await steering.ReleaseAsync(tenant, id, cancellationToken);
                }
                else
                {
                    await steering.CancelAsync(
                        tenant,
                        id,
                        CancelCause.Predecessor,
                        cancellationToken
                    );
                }
            }
        }
        await ForgetEndAsync(predecessor, cancellationToken);
    }

    private async Task ForgetEndAsync(Guid predecessor, CancellationToken cancellationToken)
    {
        // Sent together, the commands of a batch are one transaction.
        await using var batch = database.Engine.CreateBatch();
        foreach (var statement in (string[])[FollowStatements.Lock, FollowStatements.ForgetEnd])
        {
            batch.BatchCommands.Add(
                new NpgsqlBatchCommand(statement) { Parameters = { new() { Value = predecessor } } }
            );
        }
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task AdmitAsync(Guid id, long[] requests, CancellationToken cancellationToken)
    {
        await using var batch = database.Engine.CreateBatch();
        foreach (
            var (statement, value) in (ReadOnlySpan<(string, object)>)
                [
                    (FollowStatements.Lock, id),
                    (SettleStatement.Admit, (Guid[])[id]),
                    (FollowStatements.ForgetAdmissions, requests),
                ]
        )
        {
            batch.BatchCommands.Add(
                new NpgsqlBatchCommand(statement) { Parameters = { new() { Value = value } } }
            );
        }
        await batch.ExecuteNonQueryAsync(cancellationToken);
        signal.Announce(scheduled: false);
    }

    private async Task<List<T>> BatchesAsync<T>(
        string statement,
        Func<NpgsqlDataReader, T> read,
        object value,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.Engine.CreateCommand(statement);
        command.Parameters.Add(new() { Value = value });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<T>();
        while (await row.ReadAsync(cancellationToken))
        {
            found.Add(read(row));
        }
        return found;
    }
}
