using Microsoft.Extensions.Logging;

namespace Jobs.Tenancy;

internal static partial class TenancyLog
{
    [LoggerMessage(200, LogLevel.Information, "The admin key is in {Location}")]
    public static partial void AdminKeyReady(ILogger logger, string location);

    [LoggerMessage(201, LogLevel.Warning, "The admin key had been revoked; a new one was made")]
    public static partial void AdminKeyReplaced(ILogger logger);

    [LoggerMessage(202, LogLevel.Warning, "The admin key is not in the database yet ({Reason})")]
    public static partial void AdminKeyNotReady(ILogger logger, string reason);

    [LoggerMessage(203, LogLevel.Error, "The admin key could not be made")]
    public static partial void AdminKeyFailed(ILogger logger, Exception failure);
}
