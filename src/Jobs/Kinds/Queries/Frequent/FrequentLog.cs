using Microsoft.Extensions.Logging;

namespace Jobs.Kinds.Queries.Frequent;

internal static partial class FrequentLog
{
    [LoggerMessage(
        Level = LogLevel.Debug,
        Message = "Answered {Count} frequent searches of tenant {Tenant} into the cache in {ElapsedMs} ms"
    )]
    public static partial void Warmed(ILogger logger, int count, int tenant, double elapsedMs);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Frequent searches could not be answered into the cache; it is tried again"
    )]
    public static partial void NotWarmed(ILogger logger, Exception exception);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Which searches were asked could not be written down; it is tried again"
    )]
    public static partial void NotWritten(ILogger logger, Exception exception);
}
