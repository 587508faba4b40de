using System.Text.Json;
using System.Text.Json.Serialization;
using Jobs.Batches;
using Jobs.Kinds;

namespace Jobs.Recurring;

/// <summary>What is said of every batch of a schedule, beside its kind, priority and items; the column <c>options</c>.</summary>
public sealed record ScheduleOptions
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MaxAttempts { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? ItemTimeoutMs { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? ExpiresAfterSeconds { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Concurrency { get; init; }

    /// <summary>Whether one bad item fails the submission.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Strict { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CallbackUrl { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    public static ScheduleOptions Of(BatchDraft draft) =>
        new()
        {
            MaxAttempts =
                draft.MaxAttempts == BatchLimits.DefaultMaxAttempts ? null : draft.MaxAttempts,
            ItemTimeoutMs = (long?)draft.ItemTimeout?.TotalMilliseconds,
            ExpiresAfterSeconds = (long?)draft.ExpiresAfter?.TotalSeconds,
            Concurrency = draft.Concurrency,
            Strict = draft.Strict,
            CallbackUrl = draft.CallbackUrl,
            Metadata = draft.Metadata is { Count: > 0 } pairs ? pairs : null,
        };

    internal static ScheduleOptions FromJson(string json) =>
        JsonSerializer.Deserialize(json, ScheduleJson.Default.ScheduleOptions)!;

    internal string ToJson() =>
        JsonSerializer.Serialize(this, ScheduleJson.Default.ScheduleOptions);

    internal BatchDraft Draft(int tenantId, Kind kind, Priority priority) =>
        new(tenantId, kind)
        {
            Priority = priority,
            MaxAttempts = MaxAttempts ?? BatchLimits.DefaultMaxAttempts,
            ItemTimeout = ItemTimeoutMs is { } ms ? TimeSpan.FromMilliseconds(ms) : null,
            ExpiresAfter = ExpiresAfterSeconds is { } s ? TimeSpan.FromSeconds(s) : null,
            Concurrency = Concurrency,
            Strict = Strict,
            CallbackUrl = CallbackUrl,
            Metadata = Metadata,
        };
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ScheduleOptions))]
internal sealed partial class ScheduleJson : JsonSerializerContext;
