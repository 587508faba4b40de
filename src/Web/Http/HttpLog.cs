namespace Jobs.Web.Http;

/// <summary>What the web server says.</summary>
internal static partial class HttpLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path}: the database does not answer")]
    public static partial void DatabaseAway(this ILogger log, string path, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Path} failed")]
    public static partial void RequestFailed(this ILogger log, string path, Exception exception);
}
