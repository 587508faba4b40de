using Microsoft.Extensions.Logging;

namespace Jobs.Caching;

/// <summary>What the cache says.</summary>
internal static partial class CacheLog
{
    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The shared cache is away; this process goes on with its own memory"
    )]
    public static partial void SharedAway(this ILogger log, Exception? exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "The shared cache is there")]
    public static partial void SharedBack(this ILogger log);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "What was removed meanwhile is not known ({Why}): the memory of the cache is emptied"
    )]
    public static partial void Flushed(this ILogger log, string why);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The source of a value in {Namespace} failed behind its callers; what there was is answered"
    )]
    public static partial void RefreshFailed(
        this ILogger log,
        string @namespace,
        Exception exception
    );

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "A value in {Namespace} cannot be read and is computed anew"
    )]
    public static partial void Unreadable(this ILogger log, string @namespace, Exception exception);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "The tables of the cache are {Kind} now, and empty"
    )]
    public static partial void PersistenceChanged(this ILogger log, string kind);
}
