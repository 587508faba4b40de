namespace Jobs.Resilience;

/// <summary>A call was not made, because calls of its sort fail at present.</summary>
public sealed class BreakerOpenException(string service, TimeSpan retryAfter, Exception inner)
    : Exception(
        $"Calls to {service} fail, so they are suspended; the next is tried in {Math.Ceiling(retryAfter.TotalSeconds)} s.",
        inner
    )
{
    public string Service { get; } = service;

    /// <summary>When a call may be let through again.</summary>
    public TimeSpan RetryAfter { get; } = retryAfter;
}
