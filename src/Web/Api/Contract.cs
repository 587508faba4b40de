using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using Jobs.Batches;
using Jobs.Kinds;

namespace Jobs.Web.Api;

// The bodies of requests and answers, as /openapi/v1.json describes them.

/// <summary>A batch of any kind.</summary>
internal sealed record SubmitRequest(
    string Kind,
    Priority? Priority,
    JsonElement[] Items,
    SubmitOptions? Options,
    Dictionary<string, string>? Metadata,
    Guid? After,
    string? AfterPolicy,
    string? CallbackUrl
);

/// <summary>How a batch is executed.</summary>
internal sealed record SubmitOptions(
    int? MaxAttempts,
    int? ItemTimeoutMs,
    DateTimeOffset? NotBefore,
    int? ExpiresAfterSeconds,
    int? Concurrency,
    string? Validate
);

/// <summary>Queries, each <c>{q, limit?, tags?, customId?}</c>.</summary>
internal sealed record QueriesRequest(JsonElement[] Queries);

internal sealed record QueriesAnswer(
    OutcomeAnswer[] Results,
    OutcomeAnswer[] Errors,
    QueriesSummary Summary
);

internal sealed record QueriesSummary(int Total, int Succeeded, int Failed, double ElapsedMs);

/// <summary>What became of an item.</summary>
internal sealed record OutcomeAnswer(
    int Index,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? CustomId,
    string Status,
    int Attempts,
    double DurationMs,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? Result,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ErrorAnswer? Error
);

internal sealed record ErrorAnswer(string Code, string Message, bool Retryable)
{
    public static ErrorAnswer Of(ItemError error) =>
        new(error.Code, error.Message, error.Retryable);
}

internal sealed record ItemAnswer(
    int Index,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? CustomId,
    ItemState State,
    int Attempts,
    double DurationMs,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? Error
)
{
    public static ItemAnswer Of(ItemStatus item) =>
        new(
            item.Index,
            item.CustomId,
            item.State,
            item.Attempts,
            item.DurationMs,
            Json(item.Error)
        );

    internal static JsonElement? Json(ReadOnlyMemory<byte> value) =>
        value.IsEmpty ? null : JsonElement.Parse(value.Span);
}

internal sealed record ItemList(IReadOnlyList<ItemAnswer> Items, string? NextCursor);

internal sealed record ErrorList(IReadOnlyList<ErrorGroupAnswer> Errors);

internal sealed record ErrorGroupAnswer(string Code, int Count, ItemAnswer Sample);

internal sealed record BatchList(IReadOnlyList<BatchStatus> Items, string? NextCursor);

/// <summary>The status of the batch, and a verdict per file in the order of the request.</summary>
[method: SetsRequiredMembers]
internal sealed record UploadAnswer(BatchStatus Batch, IReadOnlyList<FileAnswer> Files)
    : BatchStatus(Batch)
{
    [JsonIgnore]
    public BatchStatus Batch { get; init; } = Batch;
}

/// <summary>Which items are executed again: <c>failed</c> (the default) or <c>cancelled</c> ones.</summary>
/// <remarks>A field that it does not know is refused: a misspelt <c>dryRun</c> must not retry.</remarks>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record RetryBody(string? Status, string? ErrorCode, bool? DryRun);

/// <summary>The status of the batch, and how many items are executed again or, in a dry run, would be.</summary>
[method: SetsRequiredMembers]
internal sealed record RetryAnswer(BatchStatus Batch, int Retried) : BatchStatus(Batch)
{
    [JsonIgnore]
    public BatchStatus Batch { get; init; } = Batch;
}

internal sealed record FileAnswer(
    string Name,
    string Verdict,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? DocumentId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ErrorAnswer? Problem
);
