using Jobs.Batches;
using Jobs.Recurring;

namespace Jobs.Web.Ui.Schedules;

/// <summary>Schedules in words.</summary>
internal static class ScheduleWords
{
    /// <summary>What became of a run: a word and the class of its badge.</summary>
    public static (string Word, string Tone) OutcomeOf(ScheduleRun run) =>
        (run.State, run.BatchState, run.BatchOutcome) switch
        {
            (ScheduleRunState.Skipped, _, _) => ("Skipped", "warn"),
            (ScheduleRunState.Failed, _, _) => ("Not submitted", "bad"),
            (_, null, _) => ("Submitted", "idle"),
            (_, BatchState.Queued, _) => ("Queued", "idle"),
            (_, BatchState.Running, _) => ("Running", "busy"),
            (_, BatchState.Paused, _) => ("Paused", "warn"),
            (_, BatchState.Cancelling, _) => ("Cancelling", "warn"),
            (_, BatchState.Cancelled, _) => ("Cancelled", "idle"),
            (_, BatchState.Expired, _) => ("Expired", "warn"),
            (_, _, BatchOutcome.Failed) => ("Failed", "bad"),
            (_, _, BatchOutcome.Partial) => ("Partly failed", "warn"),
            _ => ("Succeeded", "good"),
        };

    /// <summary>Such as "31 query items".</summary>
    public static string SizeOf(Schedule schedule) =>
        schedule.ItemCount == 1
            ? $"1 {schedule.Kind} item"
            : $"{Layout.Format.Number(schedule.ItemCount)} {schedule.Kind} items";
}
