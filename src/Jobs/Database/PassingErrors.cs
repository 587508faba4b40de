using Npgsql;

namespace Jobs.Database;

/// <summary>Which failures say that the database is away for a while, and nothing of what it was asked.</summary>
internal static class PassingErrors
{
    /// <summary>Whether the same may succeed when it is tried again.</summary>
    public static bool IsPassing(this Exception exception) =>
        exception switch
        {
            // Beside what is transient: read-only after a failover, shutting down or starting up, disconnected.
            PostgresException e => e.IsTransient
                || e.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction
                || e.SqlState.StartsWith("57", StringComparison.Ordinal)
                || e.SqlState.StartsWith("08", StringComparison.Ordinal),
            NpgsqlException or IOException or TimeoutException => true,
            _ => false,
        };
}
