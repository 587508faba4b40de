using System.Collections.Frozen;

namespace Jobs.Dashboard.Activities;

/// <summary>Which acts of the audit are activities, and of which type.</summary>
internal static class ActivityActs
{
    private static readonly FrozenDictionary<string, ActivityType> Types = new Dictionary<
        string,
        ActivityType
    >(StringComparer.Ordinal)
    {
        ["batch.pause"] = ActivityType.Paused,
        ["batch.resume"] = ActivityType.Resumed,
        ["batch.cancel"] = ActivityType.Cancelled,
        ["batch.retry"] = ActivityType.Retried,
        ["batch.delete"] = ActivityType.Deleted,
        ["document.delete"] = ActivityType.DocumentDeleted,
        ["schedule.put"] = ActivityType.ScheduleChanged,
        ["schedule.pause"] = ActivityType.ScheduleChanged,
        ["schedule.resume"] = ActivityType.ScheduleChanged,
        ["schedule.delete"] = ActivityType.ScheduleChanged,
        ["webhook.replay"] = ActivityType.WebhookChanged,
        ["webhook.rotate"] = ActivityType.WebhookChanged,
        ["key.create"] = ActivityType.KeyCreated,
        ["key.revoke"] = ActivityType.KeyRevoked,
        ["queue.pause"] = ActivityType.SettingsChanged,
        ["queue.resume"] = ActivityType.SettingsChanged,
        ["rate-limit.set"] = ActivityType.SettingsChanged,
        ["rate-limit.remove"] = ActivityType.SettingsChanged,
        ["rate-limit.reset"] = ActivityType.SettingsChanged,
        ["feature.set"] = ActivityType.SettingsChanged,
        ["logging.set"] = ActivityType.SettingsChanged,
        ["cache.clear"] = ActivityType.SettingsChanged,
        ["database.optimize"] = ActivityType.SettingsChanged,
        ["metric.reset"] = ActivityType.SettingsChanged,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static ActivityType TypeOf(string action) => Types[action];

    /// <summary>The acts of a type, or of all; those of administrators only for them.</summary>
    public static string[] Of(ActivityType? type, bool isAdmin) =>
        [
            .. Types
                .Where(t => type is null || t.Value == type)
                .Where(t => isAdmin || !IsForAdministrators(t.Value))
                .Select(t => t.Key),
        ];

    private static bool IsForAdministrators(ActivityType type) =>
        type is ActivityType.KeyCreated or ActivityType.KeyRevoked or ActivityType.SettingsChanged;
}
