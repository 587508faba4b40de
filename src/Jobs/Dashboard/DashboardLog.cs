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

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The replica is {Seconds} s behind; the dashboard reads the database itself"
    )]
    public static partial void ReplicaBehind(this ILogger log, double seconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "The dashboard reads the replica")]
    public static partial void ReplicaBack(this ILogger log);
}
