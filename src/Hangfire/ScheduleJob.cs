using Hangfire;
using Npgsql;

namespace Jobs.HangfireEngine;

/// <summary>What Hangfire runs at the tick of a schedule. Thread-safe.</summary>
public sealed class ScheduleJob
{
    private readonly RecurringSchedules schedules;

    internal ScheduleJob(RecurringSchedules schedules) => this.schedules = schedules;

    /// <summary>Fires whatever is due, once over all processes.</summary>
    /// <param name="name">For the reader of the dashboard.</param>
    [JobDisplayName("Tick of {0}")]
    [AutomaticRetry(
        Attempts = 10,
        OnlyOn = [typeof(NpgsqlException), typeof(TimeoutException), typeof(IOException)],
        OnAttemptsExceeded = AttemptsExceededAction.Delete
    )]
    public Task FireAsync(string name, CancellationToken cancellationToken) =>
        schedules.FireAsync(cancellationToken);
}
