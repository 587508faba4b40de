using Jobs.Database.Care;
using Microsoft.Extensions.Logging;

namespace Jobs.Kinds.Maintenance;

internal static partial class MaintenanceLog
{
    [LoggerMessage(LogLevel.Information, "Maintenance: {Action} of {Target} is done")]
    public static partial void Done(this ILogger log, MaintenanceAction action, string target);

    [LoggerMessage(
        LogLevel.Warning,
        "Maintenance: {Action} of {Target} did not get its lock; it is tried again"
    )]
    public static partial void Blocked(
        this ILogger log,
        MaintenanceAction action,
        string? target,
        Exception exception
    );
}
