using System.Text.Json.Serialization;

namespace Jobs.Batches;

/// <summary>A batch as of one moment: its counts come from one snapshot and add up to their total.</summary>
public record BatchStatus
{
    public required Guid Id { get; init; }

    public required string Kind { get; init; }

    public required Priority Priority { get; init; }

    public required BatchState State { get; init; }

    /// <summary>Null until the batch has completed.</summary>
    public required BatchOutcome? Outcome { get; init; }

    public required BatchCounts Counts { get; init; }

    /// <summary>Share of the items that have an outcome, 0 to 1.</summary>
    public required double Progress { get; init; }

    /// <summary>Mean since the batch started; null before.</summary>
    public required double? ItemsPerSecond { get; init; }

    /// <summary>Milliseconds until it is done, at the mean pace; null when that cannot be said.</summary>
    public required long? EtaMs { get; init; }

    public required DateTimeOffset SubmittedAt { get; init; }

    public required DateTimeOffset? StartedAt { get; init; }

    public required DateTimeOffset? FinishedAt { get; init; }

    /// <summary>From when on it may be purged; null while it is not finished.</summary>
    public required DateTimeOffset? ExpiresAt { get; init; }

    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    public required BatchLinks Links { get; init; }

    /// <summary>Counts every change; the id of the batch's events.</summary>
    [JsonIgnore]
    public long Version { get; init; }

    /// <summary>Whether only its tombstone is left.</summary>
    [JsonIgnore]
    public bool Purged { get; init; }

    /// <summary>Names what a reader sees, but for what changes with the clock alone.</summary>
    [JsonIgnore]
    public string ETag => $"W/\"{Version}-{Counts.Running}\"";
}

public sealed record BatchCounts(
    int Total,
    int Pending,
    int Running,
    int Succeeded,
    int Failed,
    int Cancelled
)
{
    /// <summary>Items that have an outcome.</summary>
    [JsonIgnore]
    public int Done => Succeeded + Failed + Cancelled;
}

/// <summary>Paths of what belongs to a batch.</summary>
public sealed record BatchLinks(
    string Self,
    string Items,
    string Results,
    string Errors,
    string Events,
    string Cancel
)
{
    public static BatchLinks Of(Guid id)
    {
        var self = $"/api/v1/batch/jobs/{id}";
        return new(
            $"{self}",
            $"{self}/items",
            $"{self}/results",
            $"{self}/errors",
            $"{self}/events",
            $"{self}/cancel"
        );
    }
}

/// <summary>What became of a completed batch.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<BatchOutcome>))]
public enum BatchOutcome
{
    /// <summary>All items succeeded.</summary>
    Succeeded,

    /// <summary>Some did.</summary>
    Partial,

    /// <summary>None did.</summary>
    Failed,
}
