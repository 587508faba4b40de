using System.Text;
using Jobs.Batches;
using Jobs.Database;
using Jobs.Kinds;
using Microsoft.Extensions.Logging;
using NCrontab;
using Npgsql;

namespace Jobs.Engine;

/// <summary>
/// Submits the batch of a schedule at each of its ticks, exactly once over all workers: the batch and the next tick are
/// written in one transaction that holds the schedule's row. Ticks that nobody was there for are skipped but for one.
/// </summary>
internal sealed class Schedules(
    JobsDataSource database,
    BatchSubmitter submitter,
    KindRegistry kinds,
    IEnumerable<BuiltInSchedule> builtIn,
    TimeProvider time,
    ILogger<Schedules> log
)
{
    private readonly string[] known = [.. kinds.All.Select(k => k.Name)];
    private bool ensured;

    /// <summary>Fires what is due; says how long until the next.</summary>
    public async Task<TimeSpan> FireDueAsync(CancellationToken cancellationToken)
    {
        await EnsureBuiltInAsync(cancellationToken);
        while (await FireOneAsync(cancellationToken)) { }
        await using var command = database.Engine.CreateCommand(ScheduleStatements.UntilNext);
        command.Parameters.Add(new() { Value = known });
        return await command.ExecuteScalarAsync(cancellationToken) is double seconds
            ? TimeSpan.FromSeconds(Math.Max(0, seconds))
            : TimeSpan.MaxValue;
    }

    /// <summary>The first tick after a time, in the schedule's time zone.</summary>
    /// <exception cref="CrontabException">The line is not one, or it never comes, as 30 February.</exception>
    public static DateTimeOffset NextTick(string cron, TimeZoneInfo zone, DateTimeOffset after)
    {
        var ticks = CrontabSchedule.Parse(cron);
        var local = TimeZoneInfo.ConvertTime(after, zone).DateTime;
        // The rarest day, 29 February, comes every eight years at least.
        var end = local.AddYears(10);
        while (true)
        {
            local = ticks.GetNextOccurrence(local, end);
            if (local >= end)
            {
                throw new CrontabException($"'{cron}' never comes.");
            }
            // A local time that daylight saving skips never comes; one that it repeats comes once, the first time.
            if (zone.IsInvalidTime(local))
            {
                continue;
            }
            var offset = zone.IsAmbiguousTime(local)
                ? zone.GetAmbiguousTimeOffsets(local).Max()
                : zone.GetUtcOffset(local);
            var tick = new DateTimeOffset(local, offset);
            if (tick > after)
            {
                return tick.ToUniversalTime();
            }
        }
    }

    private async Task EnsureBuiltInAsync(CancellationToken cancellationToken)
    {
        if (ensured)
        {
            return;
        }
        foreach (var schedule in builtIn)
        {
            await using var command = database.Engine.CreateCommand(ScheduleStatements.Ensure);
            command.Parameters.Add(new() { Value = schedule.Name });
            command.Parameters.Add(new() { Value = schedule.Cron });
            command.Parameters.Add(new() { Value = schedule.Kind });
            command.Parameters.Add(new() { Value = schedule.Items });
            command.Parameters.Add(
                new() { Value = NextTick(schedule.Cron, TimeZoneInfo.Utc, time.GetUtcNow()) }
            );
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
        try
        {
            await using var batch = await WriteBatchAsync(
                due,
                connection,
                transaction,
                cancellationToken
            );
            await transaction.CommitAsync(cancellationToken);
            batch.Announce();
            log.ScheduleFired(due.Name, batch.Id);
        }
        catch (Exception e)
            when (e is BatchRefusedException or CrontabException or TimeZoneNotFoundException)
        {
            // It would fail again at every look: its operator has to mend it.
            log.ScheduleBroken(due.Name, e.Message);
            await ExecuteAsync(
                connection,
                ScheduleStatements.Disable,
                cancellationToken,
                due.TenantId,
                due.Name
            );
            await transaction.CommitAsync(cancellationToken);
        }
        return true;
    }

    private async Task<BatchSubmission> WriteBatchAsync(
        DueSchedule due,
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(due.TimeZone);
        // By the clock that said it is due: another one could give the same tick again.
        var next = NextTick(due.Cron, zone, due.At);
        kinds.TryGet(due.Kind, out var kind);
        var batch = submitter.Begin(
            new BatchDraft(due.TenantId, kind!) { Priority = due.Priority }
        );
        foreach (var item in due.Items.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            await batch.AddAsync(Encoding.UTF8.GetBytes(item), cancellationToken);
        }
        await batch.WriteAsync(connection, transaction, cancellationToken);
        await ExecuteAsync(
            connection,
            ScheduleStatements.Fired,
            cancellationToken,
            due.TenantId,
            due.Name,
            next,
            batch.Id
        );
        return batch;
    }

    private async Task<DueSchedule?> NextDueAsync(
        NpgsqlConnection connection,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(ScheduleStatements.NextDue, connection);
        command.Parameters.Add(new() { Value = known });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new DueSchedule(
                row.GetInt32(0),
                row.GetString(1),
                row.GetString(2),
                row.GetString(3),
                row.GetString(4),
                (Priority)row.GetInt16(5),
                row.GetString(6),
                row.GetFieldValue<DateTimeOffset>(7)
            )
            : null;
    }

    private static async Task ExecuteAsync(
        NpgsqlConnection connection,
        string sql,
        CancellationToken cancellationToken,
        params object[] values
    )
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private sealed record DueSchedule(
        int TenantId,
        string Name,
        string Cron,
        string TimeZone,
        string Kind,
        Priority Priority,
        string Items,
        DateTimeOffset At
    );
}

/// <summary>A schedule of the tenant <c>system</c> that the product brings.</summary>
/// <param name="Items">A JSON value a line.</param>
public sealed record BuiltInSchedule(string Name, string Cron, string Kind, string Items);
