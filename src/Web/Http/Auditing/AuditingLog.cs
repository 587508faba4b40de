namespace Jobs.Web.Http.Auditing;

/// <summary>What the web server says of the audit.</summary>
internal static partial class AuditingLog
{
    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "The audit has no entry of {Action} on {Target} by {Actor}, which was done"
    )]
    public static partial void NotEntered(
        this ILogger log,
        string action,
        string? target,
        string? actor,
        Exception exception
    );
}
