using System.Text.Json.Serialization;

namespace Jobs.Notifications;

/// <summary>What a notification is about.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<NotificationType>))]
public enum NotificationType
{
    /// <summary>A batch has ended and all of its items succeeded.</summary>
    Finished,

    /// <summary>A batch has ended and some of its items failed.</summary>
    Partial,

    /// <summary>A batch has ended and none of its items succeeded.</summary>
    Failed,

    /// <summary>A batch was cancelled, or its time was over.</summary>
    Cancelled,

    /// <summary>A schedule began to fail.</summary>
    Schedule,

    /// <summary>The health of the service changed.</summary>
    Health,
}
