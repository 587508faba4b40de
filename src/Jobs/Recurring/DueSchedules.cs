using Jobs.Batches;
using Jobs.Database;
using Jobs.Engine;
using Jobs.Features;
using Jobs.Kinds;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace Jobs.Recurring;

/// <summary>
/// Submits the batch of a schedule at each of its ticks, exactly once over all workers: the batch, the entry in the
/// history and the next tick are written in one transaction that holds the schedule's row. What fails over one schedule
/// is entered in its history, and it goes on at its next tick. Not thread-safe.
/// </summary>
internal sealed class DueSchedules(
    JobsDataSource database,
    BatchSubmitter submitter,
    KindRegistry kinds,
    IEnumerable<BuiltInSchedule> builtIn,
    EngineMeter meter,
    IOptions<EngineOptions> options,
    TimeProvider time,
    ILogger<DueSchedules> log
)
{
    private const string KindUnknown = "kind_unknown";
    private const string BeforeBatch = "before_batch";

    private readonly string[] known = [.. kinds.All.Select(k => k.Name)];
    private readonly long started = time.GetTimestamp();
    private bool ensured;

    /// <summary>Fires what is due; says how long until the next.</summary>
    public async Task<TimeSpan> FireDueAsync(CancellationToken cancellationToken)
    {
        await EnsureBuiltInAsync(cancellationToken);
        var (next, other) = await UntilNextAsync(cancellationToken);
        if (next > TimeSpan.Zero && other > TimeSpan.Zero)
        {
            return next;
        }
        while (await FireOneAsync(cancellationToken)) { }
        return (await UntilNextAsync(cancellationToken)).Known;
    }

    private async Task<(TimeSpan Known, TimeSpan Other)> UntilNextAsync(
        CancellationToken cancellationToken
    )
    {
        await using var command = database.Engine.CreateCommand(ScheduleStatements.UntilNext);
        command.Parameters.Add(new() { Value = known });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (Pause(0), Pause(1));

        TimeSpan Pause(int column) =>
            row.IsDBNull(column)
                ? TimeSpan.MaxValue
                : TimeSpan.FromSeconds(Math.Max(0, row.GetDouble(column)));
    }

    private async Task EnsureBuiltInAsync(CancellationToken cancellationToken)
    {
        if (ensured)
        {
            return;
        }
        foreach (var schedule in builtIn)
        {
            if (!CronLine.TryParse(schedule.Cron, out var cron, out var rule))
            {
                throw new InvalidOperationException($"Schedule {schedule.Name}: {rule}.");
            }
            await using var command = database.Engine.CreateCommand(ScheduleStatements.Ensure);
            command.Parameters.Add(new() { Value = schedule.Name });
            command.Parameters.Add(new() { Value = schedule.Cron });
            command.Parameters.Add(new() { Value = schedule.Kind });
            command.Parameters.Add(new() { Value = schedule.Items });
            command.Parameters.Add(new() { Value = cron.Next(TimeZoneInfo.Utc, time.GetUtcNow()) });
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        ensured = true;
    }

    private async Task<bool> FireOneAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Engine.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await NextDueAsync(connection, cancellationToken) is not { } due)
        {
            return false;
        }
        var writer = new FiredWriter(connection, due);
        try
        {
            var tick = due.Tick(options.Value.ScheduleGrace);
            if (tick.Skipped)
            {
                await writer.SkippedAsync(tick, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                meter.Fired("skipped");
                log.ScheduleSkipped(due.Name, tick.DueAt, tick.Missed + 1);
            }
            else
            {
                await SubmitAsync(due, tick, writer, transaction, cancellationToken);
            }
        }
        catch (ScheduleBrokenException e)
        {
            await writer.BrokenAsync(e.Message, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            meter.Fired("failed");
            log.ScheduleBroken(due.Name, e.Message);
        }
        return true;
    }

    private async Task SubmitAsync(
        DueSchedule due,
        Tick tick,
        FiredWriter writer,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        if (!kinds.TryGet(due.Kind, out var kind))
        {
            var reason = $"No worker knows the kind '{due.Kind}'.";
            await writer.FailedAsync(tick, KindUnknown, reason, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            meter.Fired("failed");
            log.ScheduleFailed(due.Name, reason, null);
            return;
        }
        // What the database refuses would otherwise end the whole transaction, and with it the entry in the history.
        await transaction.SaveAsync(BeforeBatch, cancellationToken);
        Guid batchId;
        try
        {
            await using var batch = await due.BeginAsync(submitter, kind, cancellationToken);
            await batch.WriteAsync(transaction.Connection!, transaction, cancellationToken);
            batchId = batch.Id;
            await writer.SubmittedAsync(tick, batchId, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            batch.Announce();
        }
        // While the database is away, or this worker stops, another one fires it.
        catch (Exception e) when (!e.IsPassing() && e is not OperationCanceledException)
        {
            await transaction.RollbackAsync(BeforeBatch, cancellationToken);
            var (code, reason) = Explain(e);
            await writer.FailedAsync(tick, code, reason, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            meter.Fired("failed");
            log.ScheduleFailed(due.Name, reason, e);
            return;
        }
        meter.Fired("submitted");
        log.ScheduleFired(due.Name, batchId);
    }

    private static (string Code, string Reason) Explain(Exception exception) =>
        exception switch
        {
            BatchRefusedException e => (
                "refused",
                $"{e.Errors[0].Field} {e.Errors[0].Message}"
                    + (e.ErrorCount > 1 ? $" (and {e.ErrorCount - 1} more)" : "")
            ),
            FeatureDisabledException e => ("feature_disabled", e.Message),
            PostgresException e => ("database_refused", e.MessageText),
            _ => ("submission_failed", $"{exception.GetType().Name}: {exception.Message}"),
        };

    private async Task<DueSchedule?> NextDueAsync(
        NpgsqlConnection connection,
        CancellationToken cancellationToken
    )
    {
        var grace = options.Value.ScheduleGrace;
        await using var command = new NpgsqlCommand(ScheduleStatements.NextDue, connection);
        command.Parameters.Add(new() { Value = known });
        // After an outage the first worker that is back need not be one that knows the kind: others get the same time.
        command.Parameters.Add(
            new()
            {
                Value = time.GetElapsedTime(started) > grace ? grace : DBNull.Value,
                NpgsqlDbType = NpgsqlDbType.Interval,
            }
        );
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? DueSchedule.Read(row) : null;
    }
}
