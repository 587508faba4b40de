namespace Jobs.Web.Http;

/// <summary>What the web server says.</summary>
internal static partial class HttpLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path}: the database does not answer")]
    public static partial void DatabaseAway(this ILogger log, string path, Exception exception);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Path}: the answer could not be kept for its idempotency key"
    )]
    public static partial void AnswerNotKept(this ILogger log, string path, Exception exception);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The hold on an idempotency key could not be renewed or released; it runs out"
    )]
    public static partial void HoldNotRenewed(this ILogger log, Exception exception);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Path}: the store of originals does not answer"
    )]
    public static partial void OriginalsAway(this ILogger log, string path, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Path} failed")]
    public static partial void RequestFailed(this ILogger log, string path, Exception exception);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Slow request: {Method} {Route} answered {Status} after {ElapsedMs} ms"
    )]
    public static partial void SlowRequest(
        this ILogger log,
        string method,
        string route,
        int status,
        double elapsedMs
    );
}
