using System.Text.Json;
using System.Text.Json.Serialization;
using Jobs.Batches;
using Jobs.Recurring;

namespace Jobs.Web.Api;

// The bodies of schedules, as /openapi/v1.json describes them.

/// <summary>What recurs. Without items each batch has one, the empty object.</summary>
internal sealed record ScheduleBody(
    string Cron,
    string? TimeZone,
    string Kind,
    Priority? Priority,
    JsonElement[]? Items,
    ScheduleBodyOptions? Options,
    Dictionary<string, string>? Metadata,
    string? CallbackUrl,
    bool? Enabled,
    MissedTicks? MissedTicks
);

/// <summary>How each batch is executed.</summary>
internal sealed record ScheduleBodyOptions(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? MaxAttempts,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? ItemTimeoutMs,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        long? ExpiresAfterSeconds,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Concurrency,
    string Validate
);

/// <summary>A schedule as it stands; its items where it was asked for alone.</summary>
internal sealed record ScheduleAnswer(
    string Name,
    string Cron,
    string TimeZone,
    string Kind,
    Priority Priority,
    int ItemCount,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        IReadOnlyList<JsonElement>? Items,
    ScheduleBodyOptions Options,
    IReadOnlyDictionary<string, string> Metadata,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? CallbackUrl,
    bool Enabled,
    MissedTicks MissedTicks,
    DateTimeOffset? NextAt,
    ScheduleRunAnswer? LastRun,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    ScheduleLinks Links
)
{
    private static readonly Dictionary<string, string> NoMetadata = [];

    public static ScheduleAnswer Of(Schedule schedule, string? items = null) =>
        new(
            schedule.Name,
            schedule.Cron,
            schedule.TimeZone,
            schedule.Kind,
            schedule.Priority,
            schedule.ItemCount,
            items
                ?.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonElement.Parse(line))
                .ToList(),
            new ScheduleBodyOptions(
                schedule.Options.MaxAttempts,
                schedule.Options.ItemTimeoutMs,
                schedule.Options.ExpiresAfterSeconds,
                schedule.Options.Concurrency,
                schedule.Options.Strict ? "strict" : "items"
            ),
            schedule.Options.Metadata ?? NoMetadata,
            schedule.Options.CallbackUrl,
            schedule.Enabled,
            schedule.MissedTicks,
            schedule.NextAt,
            schedule.LastRun is { } run ? ScheduleRunAnswer.Of(run) : null,
            schedule.CreatedAt,
            schedule.UpdatedAt,
            ScheduleLinks.Of(schedule.Name)
        );
}

internal sealed record ScheduleLinks(string Self, string Runs, string Run)
{
    public static ScheduleLinks Of(string name)
    {
        var self = $"/api/v1/schedules/{name}";
        return new(self, $"{self}/runs", $"{self}/run");
    }
}

/// <summary>What became of a tick.</summary>
/// <param name="DueAt">The tick; null where somebody ran it by hand.</param>
/// <param name="Trigger"><c>tick</c> or <c>hand</c>.</param>
/// <param name="Missed">How many further ticks were missed before or with it.</param>
/// <param name="Batch">What was submitted; null where nothing was.</param>
/// <param name="Error">Why nothing was submitted, where that failed.</param>
internal sealed record ScheduleRunAnswer(
    DateTimeOffset? DueAt,
    DateTimeOffset FiredAt,
    string Trigger,
    ScheduleRunState State,
    int Missed,
    ScheduleRunBatch? Batch,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ErrorAnswer? Error
)
{
    public static ScheduleRunAnswer Of(ScheduleRun run) =>
        new(
            run.DueAt,
            run.FiredAt,
            run.DueAt is null ? "hand" : "tick",
            run.State,
            run.Missed,
            run.BatchId is { } id
                ? new ScheduleRunBatch(id, run.BatchState, run.BatchOutcome, BatchLinks.Of(id).Self)
                : null,
            run.ErrorCode is { } code ? new ErrorAnswer(code, run.Error ?? code, false) : null
        );
}

/// <summary>The batch of a run; its state is null once it was deleted or is past its retention.</summary>
internal sealed record ScheduleRunBatch(
    Guid Id,
    BatchState? State,
    BatchOutcome? Outcome,
    string Link
);

internal sealed record ScheduleList(IReadOnlyList<ScheduleAnswer> Items);

internal sealed record ScheduleRunList(IReadOnlyList<ScheduleRunAnswer> Items, string? NextCursor);
