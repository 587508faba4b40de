using Microsoft.Extensions.Logging;

namespace Jobs.Notifications;

/// <summary>What notifications say.</summary>
internal static partial class NotificationLog
{
    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "What is notified of could not be written; it is tried again"
    )]
    public static partial void SettingsNotWritten(this ILogger log, Exception exception);
}
