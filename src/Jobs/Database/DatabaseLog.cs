using Microsoft.Extensions.Logging;

namespace Jobs.Database;

internal static partial class DatabaseLog
{
    [LoggerMessage(
        100,
        LogLevel.Information,
        "Embedded PostgreSQL {Major}: made a new cluster in {Cluster}"
    )]
    public static partial void ClusterMade(ILogger logger, int major, string cluster);

    [LoggerMessage(
        101,
        LogLevel.Information,
        "Embedded PostgreSQL runs as process {ProcessId}; psql -h {SocketDirectory} -p {Port} -U jobs jobs"
    )]
    public static partial void ServerRuns(
        ILogger logger,
        int processId,
        string socketDirectory,
        int port
    );

    [LoggerMessage(
        102,
        LogLevel.Information,
        "Joined the embedded PostgreSQL that another process runs in {Home}"
    )]
    public static partial void ServerJoined(ILogger logger, string home);

    [LoggerMessage(103, LogLevel.Error, "{Reason} It is started again in {Delay}")]
    public static partial void ServerFailed(ILogger logger, string reason, TimeSpan delay);

    [LoggerMessage(
        105,
        LogLevel.Warning,
        "Ended an embedded PostgreSQL (process {ProcessId}) that had outlived the process that ran it"
    )]
    public static partial void ServerEvicted(ILogger logger, int processId);

    [LoggerMessage(106, LogLevel.Information, "Embedded PostgreSQL stopped")]
    public static partial void ServerStopped(ILogger logger);

    [LoggerMessage(
        110,
        LogLevel.Information,
        "The database is at the schema of this build; applied: {Migrations}"
    )]
    public static partial void Migrated(ILogger logger, string migrations);

    [LoggerMessage(
        111,
        LogLevel.Warning,
        "The database cannot be migrated yet ({Reason}); the next try is in {Delay}"
    )]
    public static partial void NotMigrated(ILogger logger, string reason, TimeSpan delay);
}
