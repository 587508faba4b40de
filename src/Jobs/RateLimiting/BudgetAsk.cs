namespace Jobs.RateLimiting;

/// <summary>What a counter wants of the shared budget, and what it has for it.</summary>
/// <param name="Needed">By requests that wait.</param>
/// <param name="Wanted">With what is likely to be used soon.</param>
/// <param name="Returned">Granted before and not used.</param>
/// <param name="Owed">Used without being granted.</param>
/// <param name="At">Before it was sent, by the clock of this process.</param>
internal sealed record BudgetAsk(
    Counter Counter,
    Quota Quota,
    int Needed,
    int Wanted,
    int Returned,
    int Owed,
    long At
);

/// <summary>What the shared budget answered.</summary>
/// <param name="Remaining">For all nodes, after this.</param>
/// <param name="RetryMicroseconds">Until there is one more.</param>
/// <param name="FullMicroseconds">Until the fullest window is as if nobody had called.</param>
/// <param name="Slot">Of that window.</param>
internal readonly record struct BudgetGrant(
    int Granted,
    int Remaining,
    long RetryMicroseconds,
    long FullMicroseconds,
    int Slot
);
