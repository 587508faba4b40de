using System.Text;
using Jobs.Auditing;
using Jobs.Batches;
using Jobs.Kinds;
using Npgsql;

namespace Jobs.Recurring;

/// <summary>Submits the batch of a schedule by hand. Thread-safe.</summary>
public sealed class ScheduleRunner(
    ScheduleStore schedules,
    BatchSubmitter submitter,
    KindRegistry kinds
)
{
    /// <summary>
    /// Begins the batch; commit it with <see cref="EnterAsync"/> alongside, and dispose it. Neither a batch nor a kind
    /// when there is no such schedule.
    /// </summary>
    /// <exception cref="BatchRefusedException">An item breaks a rule.</exception>
    public async Task<(BatchSubmission? Batch, string? UnknownKind)> BeginAsync(
        int tenantId,
        string name,
        CancellationToken cancellationToken
    )
    {
        if (
            await schedules.GetAsync(tenantId, name, cancellationToken) is not { } schedule
            || await schedules.ItemsAsync(tenantId, name, cancellationToken) is not { } items
        )
        {
            return default;
        }
        if (!kinds.TryGet(schedule.Kind, out var kind))
        {
            return (null, schedule.Kind);
        }
        var batch = submitter.Begin(schedule.Options.Draft(tenantId, kind, schedule.Priority));
        foreach (var item in items.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            await batch.AddAsync(Encoding.UTF8.GetBytes(item), cancellationToken);
        }
        return (batch, null);
    }

    /// <summary>Enters the batch into the history, in the transaction that makes it.</summary>
    /// <exception cref="ScheduleGoneException">The schedule was deleted meanwhile.</exception>
    public static async Task EnterAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        int tenantId,
        string name,
        Guid batchId,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(
            ScheduleStatements.RunByHand,
            connection,
            transaction
        )
        {
            Parameters =
            {
                new() { Value = tenantId },
                new() { Value = name },
                new() { Value = batchId },
            },
        };
        if (!(bool)(await command.ExecuteScalarAsync(cancellationToken))!)
        {
            throw new ScheduleGoneException();
        }
        await AuditAct.EnterAsync(connection, cancellationToken);
    }
}

/// <summary>A schedule was deleted while its batch was being submitted; nothing of that is stored.</summary>
public sealed class ScheduleGoneException() : Exception("The schedule was deleted.");
