namespace Jobs.Kinds;

/// <summary>Why an item failed.</summary>
/// <param name="Code">A stable name in snake case that programs can compare.</param>
/// <param name="Message">What happened and, where there is something, what to do about it; for people.</param>
/// <param name="Retryable">Whether another attempt may succeed.</param>
/// <param name="RetryAfter">When to try again; null leaves it to the backoff.</param>
public sealed record ItemError(
    string Code,
    string Message,
    bool Retryable,
    TimeSpan? RetryAfter = null
);

/// <summary>Ends the execution of an item with an error that says itself whether another attempt is worth it.</summary>
public sealed class ItemException(ItemError error, Exception? inner = null)
    : Exception(error.Message, inner)
{
    public ItemError Error { get; } = error;
}

/// <summary>The codes that the engine itself gives; a kind documents its own.</summary>
public static class ErrorCodes
{
    /// <summary>The payload breaks a rule of its kind.</summary>
    public const string InvalidItem = "invalid_item";

    /// <summary>The item ran longer than its timeout.</summary>
    public const string Timeout = "timeout";

    /// <summary>The handler threw something that it did not name.</summary>
    public const string HandlerError = "handler_error";

    /// <summary>A service that the handler needs did not answer.</summary>
    public const string Unavailable = "unavailable";

    /// <summary>Every worker that executed the item died.</summary>
    public const string WorkerLost = "worker_lost";
}
