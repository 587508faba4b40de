using System.Text;
using Jobs.Batches;
using Jobs.Kinds;
using Npgsql;

namespace Jobs.Recurring;

/// <summary>A schedule whose tick has come, as its row is held by the one who fires it.</summary>
internal sealed record DueSchedule(
    int TenantId,
    string Name,
    string Cron,
    string TimeZone,
    string Kind,
    Priority Priority,
    string Items,
    string Options,
    MissedTicks MissedTicks,
    DateTimeOffset DueAt,
    DateTimeOffset Now
)
{
    public static DueSchedule Read(NpgsqlDataReader row) =>
        new(
            row.GetInt32(0),
            row.GetString(1),
            row.GetString(2),
            row.GetString(3),
            row.GetString(4),
            (Priority)row.GetInt16(5),
            row.GetString(6),
            row.GetString(7),
            MissedTicksExtensions.FromName(row.GetString(8)),
            row.GetFieldValue<DateTimeOffset>(9),
            row.GetFieldValue<DateTimeOffset>(10)
        );

    /// <summary>
    /// The tick that is to be fired now, or left out; and the one after it, by the clock that said that it is due:
    /// another clock could give the same tick again.
    /// </summary>
    /// <param name="grace">How late a tick may be fired before it counts as missed.</param>
    /// <exception cref="ScheduleBrokenException">The next tick cannot be known.</exception>
    public Tick Tick(TimeSpan grace)
    {
        if (!CronLine.TryParse(Cron, out var cron, out var rule))
        {
            throw new ScheduleBrokenException($"The cron line {rule}.");
        }
        if (!TimeZones.TryFind(TimeZone, out var zone))
        {
            throw new ScheduleBrokenException($"There is no time zone '{TimeZone}'.");
        }
        var next = cron.Next(zone, Now);
        if (MissedTicks == MissedTicks.RunOnce || Now - DueAt <= grace)
        {
            return new Tick(DueAt, false, Count(cron, zone, Now), next);
        }
        // Of those that came while nobody was there, the last may still be in time.
        var last = cron.Next(zone, Now - grace);
        return last <= Now
            ? new Tick(last, false, Count(cron, zone, last), next)
            : new Tick(DueAt, true, Count(cron, zone, Now), next);
    }

    /// <summary>Its batch, with its items, not written yet.</summary>
    /// <exception cref="BatchRefusedException">An item breaks a rule.</exception>
    public async Task<BatchSubmission> BeginAsync(
        BatchSubmitter submitter,
        Kind kind,
        CancellationToken cancellationToken
    )
    {
        var batch = submitter.Begin(
            ScheduleOptions.FromJson(Options).Draft(TenantId, kind, Priority)
        );
        foreach (var item in Items.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            await batch.AddAsync(Encoding.UTF8.GetBytes(item), cancellationToken);
        }
        return batch;
    }

    // Beside the one that is due.
    private int Count(CronLine cron, TimeZoneInfo zone, DateTimeOffset until) =>
        cron.Count(zone, DueAt, until, ScheduleLimits.CountedTicks);
}

/// <summary>What is to be done about a schedule that is due.</summary>
/// <param name="DueAt">The tick.</param>
/// <param name="Skipped">Whether it is left out.</param>
/// <param name="Missed">How many further ticks were missed.</param>
/// <param name="Next">The next tick.</param>
internal readonly record struct Tick(
    DateTimeOffset DueAt,
    bool Skipped,
    int Missed,
    DateTimeOffset Next
);

/// <summary>The next tick of a schedule cannot be known: its operator has to mend it.</summary>
internal sealed class ScheduleBrokenException(string message) : Exception(message);
