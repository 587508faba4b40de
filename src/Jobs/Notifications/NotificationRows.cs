using System.Text.Json;
using Npgsql;

namespace Jobs.Notifications;

/// <summary>Reads rows of <see cref="NotificationStatements"/>.</summary>
internal static class NotificationRows
{
    /// <summary>The notification of a row; null where it has none.</summary>
    public static Notification? Read(NpgsqlDataReader row)
    {
        if (row.IsDBNull(0))
        {
            return null;
        }
        var type = Enum.Parse<NotificationType>(row.GetString(1), ignoreCase: true);
        var schedule = row.IsDBNull(3) ? null : row.GetString(3);
        var data = JsonElement.Parse(row.GetString(4));
        return new Notification(
            row.GetInt64(0),
            type,
            NotificationTitle.Of(type, schedule, data),
            row.IsDBNull(2) ? null : row.GetGuid(2),
            schedule,
            data,
            row.GetFieldValue<DateTimeOffset>(5),
            row.IsDBNull(6) ? null : row.GetFieldValue<DateTimeOffset>(6)
        );
    }
}
