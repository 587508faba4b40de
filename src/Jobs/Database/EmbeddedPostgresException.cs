namespace Jobs.Database;

/// <summary>The embedded PostgreSQL cannot be had; the message says what to do about it.</summary>
public sealed class EmbeddedPostgresException(string message, Exception? inner = null)
    : Exception(message, inner);
