using System.Text.Json.Serialization;

namespace Jobs.Dashboard;

/// <summary>What an activity is.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<ActivityType>))]
public enum ActivityType
{
    /// <summary>A batch was submitted.</summary>
    Submitted,

    /// <summary>A batch has ended.</summary>
    Ended,
}

/// <summary>Something that happened to a batch.</summary>
/// <param name="State">How the batch stands.</param>
public sealed record DashboardActivity(
    ActivityType Type,
    DateTimeOffset At,
    Guid BatchId,
    string Kind,
    string State,
    int Total,
    int Failed
);
