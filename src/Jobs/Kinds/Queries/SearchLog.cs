using Microsoft.Extensions.Logging;

namespace Jobs.Kinds.Queries;

internal static partial class SearchLog
{
    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Searches were not tried at the start; the first ones take longer"
    )]
    public static partial void NotWarm(ILogger logger, Exception exception);
}
