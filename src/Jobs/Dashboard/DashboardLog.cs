using Microsoft.Extensions.Logging;

namespace Jobs.Dashboard;

/// <summary>What the dashboard says.</summary>
internal static partial class DashboardLog
{
    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The replica does not answer; the dashboard reads the database itself"
    )]
    public static partial void ReplicaAway(this ILogger log, Exception exception);
}
