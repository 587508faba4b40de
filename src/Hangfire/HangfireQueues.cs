using Jobs.Batches;

namespace Jobs.HangfireEngine;

/// <summary>
/// The names of the queues. Hangfire's PostgreSQL storage empties them in the order of their names, in whatever order a
/// server lists them: so the names sort as the queues are to be taken.
/// </summary>
internal static class HangfireQueues
{
    /// <summary>Ticks of schedules: they only submit.</summary>
    public const string Ticks = "jobs-0-ticks";

    public static string Of(Priority priority) =>
        priority switch
        {
            Priority.High => "jobs-1-high",
            Priority.Normal => "jobs-2-normal",
            Priority.Low => "jobs-3-low",
            _ => throw new ArgumentOutOfRangeException(nameof(priority)),
        };
}
