using Microsoft.Extensions.Logging;

namespace Jobs.Auditing;

/// <summary>What the audit says.</summary>
internal static partial class AuditLog
{
    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "The audit has no entry of {Action} on {Target} by {Actor}: {Outcome}"
    )]
    public static partial void NotEntered(
        this ILogger log,
        string action,
        string? target,
        string? actor,
        AuditOutcome outcome,
        Exception exception
    );
}
