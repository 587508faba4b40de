namespace Jobs.RateLimiting;

/// <summary>How a counter stands.</summary>
/// <param name="Window">The window that leaves the least.</param>
/// <param name="Windows">All that are enforced.</param>
/// <param name="Remaining">Requests that are left at this moment.</param>
/// <param name="Full">Until <paramref name="Window"/> is as if nobody had called.</param>
/// <param name="Retry">Until there is one more; zero where there is one.</param>
public sealed record RateLimitStanding(
    RateWindow Window,
    IReadOnlyList<RateWindow> Windows,
    int Remaining,
    TimeSpan Full,
    TimeSpan Retry
);
