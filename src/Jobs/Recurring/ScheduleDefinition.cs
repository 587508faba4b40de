using Jobs.Batches;

namespace Jobs.Recurring;

/// <summary>What a schedule is to be.</summary>
/// <param name="Batch">Each batch that it submits; says the tenant as well.</param>
/// <param name="Items">The items of each batch, a JSON value a line.</param>
public sealed record ScheduleDefinition(
    string Name,
    CronLine Cron,
    TimeZoneInfo Zone,
    BatchDraft Batch,
    string Items,
    bool Enabled,
    MissedTicks MissedTicks
);

/// <summary>What came of a <see cref="ScheduleStore.PutAsync"/>.</summary>
public enum PutResult
{
    Created,
    Replaced,

    /// <summary>The tenant has as many as it may have.</summary>
    TooMany,
}
