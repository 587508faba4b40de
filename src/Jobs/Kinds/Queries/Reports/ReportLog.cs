using Microsoft.Extensions.Logging;

namespace Jobs.Kinds.Queries.Reports;

internal static partial class ReportLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The report {Report} is not read: {Reason}")]
    public static partial void NotRead(ILogger logger, string report, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The report {Report} failed with {Code}")]
    public static partial void Failed(
        ILogger logger,
        Exception exception,
        string report,
        string code
    );

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Reports have no role of their own in the service's database, and do not run there"
    )]
    public static partial void Closed(ILogger logger, Exception exception);
}
