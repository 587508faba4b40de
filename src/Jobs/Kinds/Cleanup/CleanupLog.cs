using Microsoft.Extensions.Logging;

namespace Jobs.Kinds.Cleanup;

internal static partial class CleanupLog
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "Cleaned up: {Result}")]
    public static partial void Done(ILogger logger, CleanupResult result);

    [LoggerMessage(Level = LogLevel.Information, Message = "Dropped the partition {Partition}")]
    public static partial void Dropped(ILogger logger, string partition);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "The partition {Partition} is in use and is dropped another time"
    )]
    public static partial void InUse(ILogger logger, string partition);
}
