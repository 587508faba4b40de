using System.Text.Json.Serialization;
using Jobs.Batches;

namespace Jobs.Recurring;

/// <summary>What became of a tick, or of a run by hand.</summary>
/// <param name="Id">Grows with every run of a schedule.</param>
/// <param name="DueAt">The tick; null where somebody ran it by hand.</param>
/// <param name="Missed">How many further ticks were missed before or with it.</param>
/// <param name="BatchState">Null where there is no batch, or no longer.</param>
public sealed record ScheduleRun(
    long Id,
    DateTimeOffset? DueAt,
    DateTimeOffset FiredAt,
    ScheduleRunState State,
    Guid? BatchId,
    BatchState? BatchState,
    BatchOutcome? BatchOutcome,
    int Missed,
    string? ErrorCode,
    string? Error
);

[JsonConverter(typeof(CamelCaseEnumConverter<ScheduleRunState>))]
public enum ScheduleRunState
{
    /// <summary>A batch was submitted.</summary>
    Submitted,

    /// <summary>It was missed, and the schedule leaves out what was missed.</summary>
    Skipped,

    /// <summary>The submission was refused.</summary>
    Failed,
}
