using Microsoft.Extensions.Logging;

namespace Jobs.HangfireEngine;

/// <summary>What the engine Hangfire says.</summary>
internal static partial class HangfireLog
{
    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Hangfire works with {Workers} workers on {Queues}"
    )]
    public static partial void ServerStarted(this ILogger log, int workers, string[] queues);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Hangfire's tables were not prepared; it is tried again"
    )]
    public static partial void NotPrepared(this ILogger log, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Dispatch failed; it is tried again")]
    public static partial void DispatchFailed(this ILogger log, Exception exception);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The jobs of {Count} chunks were lost; they are dispatched again"
    )]
    public static partial void JobsLost(this ILogger log, int count);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Hangfire does not take the line or the time zone of schedule {Schedule}; its ticks are fired without it"
    )]
    public static partial void ScheduleRefused(
        this ILogger log,
        string schedule,
        Exception exception
    );
}
