using Microsoft.Extensions.Logging;

namespace Jobs.Monitoring;

/// <summary>What the monitoring says.</summary>
internal static partial class MonitoringLog
{
    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Samples were not written; they are written with those of the next minute"
    )]
    public static partial void SamplesNotWritten(this ILogger log, Exception exception);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Count} series of this minute were left out: there are more than a minute may have"
    )]
    public static partial void SamplesLeftOut(this ILogger log, int count);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The database was not looked at for metrics; it is tried again"
    )]
    public static partial void GaugesNotRead(this ILogger log, Exception exception);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Metrics are served on http://{Address}:{Port}/metrics"
    )]
    public static partial void MetricsServed(this ILogger log, string address, int port);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The queues were not counted for the samples of this minute"
    )]
    public static partial void QueuesNotCounted(this ILogger log, Exception exception);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "What happened to batches was not folded into samples; it is with the next minute"
    )]
    public static partial void TalliesNotFolded(this ILogger log, Exception exception);
}
