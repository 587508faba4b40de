using Microsoft.Extensions.Logging;

namespace Jobs.RateLimiting;

/// <summary>What rate limits say.</summary>
internal static partial class RateLimitLog
{
    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The shared rate limits cannot be asked; this process counts by itself"
    )]
    public static partial void BudgetAway(this ILogger log, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "The rate limits are shared again")]
    public static partial void BudgetBack(this ILogger log);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The rules of rate limits cannot be read; those that are known stay in force"
    )]
    public static partial void RulesNotRead(this ILogger log, Exception exception);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Rate limits are those of revision {Revision}, shared by {Nodes} processes"
    )]
    public static partial void RulesRead(this ILogger log, long revision, int nodes);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "The rate limit of policy {Policy} that is stored breaks a rule and is left out: {Field} {Fault}"
    )]
    public static partial void RuleLeftOut(
        this ILogger log,
        string policy,
        string field,
        string fault
    );
}
