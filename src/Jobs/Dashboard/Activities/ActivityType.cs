using System.Text.Json.Serialization;

namespace Jobs.Dashboard.Activities;

/// <summary>What an activity is.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<ActivityType>))]
public enum ActivityType
{
    /// <summary>A batch was submitted.</summary>
    Submitted,

    /// <summary>A worker began with a batch.</summary>
    Started,

    /// <summary>A batch has ended.</summary>
    Ended,

    /// <summary>A tick of a schedule submitted a batch.</summary>
    ScheduleFired,

    /// <summary>A tick of a schedule was left out.</summary>
    ScheduleSkipped,

    /// <summary>A tick of a schedule failed.</summary>
    ScheduleFailed,

    /// <summary>Somebody paused a batch.</summary>
    Paused,

    /// <summary>Somebody resumed a batch.</summary>
    Resumed,

    /// <summary>Somebody cancelled a batch.</summary>
    Cancelled,

    /// <summary>Somebody had items of a batch tried again.</summary>
    Retried,

    /// <summary>Somebody deleted a batch.</summary>
    Deleted,

    /// <summary>Somebody deleted a document.</summary>
    DocumentDeleted,

    /// <summary>Somebody made, changed, paused, resumed or deleted a schedule.</summary>
    ScheduleChanged,

    /// <summary>Somebody sent webhooks again, or changed their secret.</summary>
    WebhookChanged,

    /// <summary>Somebody made a key. For administrators.</summary>
    KeyCreated,

    /// <summary>Somebody revoked a key. For administrators.</summary>
    KeyRevoked,

    /// <summary>Somebody changed how the service runs: limits, switches, queues. For administrators.</summary>
    SettingsChanged,
}
