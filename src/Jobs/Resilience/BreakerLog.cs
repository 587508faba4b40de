using Microsoft.Extensions.Logging;

namespace Jobs.Resilience;

/// <summary>What breakers say.</summary>
internal static partial class BreakerLog
{
    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Calls to {Service} {Target} fail and are suspended"
    )]
    public static partial void Opened(this ILogger log, string service, string target);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "The breaker before {Service} {Target} is {State}"
    )]
    public static partial void Changed(
        this ILogger log,
        string service,
        string target,
        BreakerState state
    );
}
