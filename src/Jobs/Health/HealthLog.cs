using Microsoft.Extensions.Logging;

namespace Jobs.Health;

/// <summary>What the watch over the health says.</summary>
internal static partial class HealthLog
{
    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The health of the service could not be looked at; it is tried again"
    )]
    public static partial void NotLooked(this ILogger log, Exception exception);
}
