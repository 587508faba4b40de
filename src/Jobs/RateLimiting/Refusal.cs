namespace Jobs.RateLimiting;

/// <summary>
/// For how long a node believes that the shared budget is used up, so that a crowd over its limit asks little: for a
/// limit of many a second until each node finds a few hundred permits again, for others until there is one.
/// </summary>
internal static class Refusal
{
    // So that a reset is seen.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    // What comes back so soon is as good as nothing.
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(200);
    private const int WorthAStatement = 200;

    /// <summary>In the unit of the clock; 0 where there is something left.</summary>
    public static long TimeOf(Quota quota, BudgetGrant grant, int nodes, RateClock clock)
    {
        var interval = clock.Units(quota.Intervals[grant.Slot]);
        // Never so long that the bucket would run over meanwhile.
        var pace = Math.Min(
            interval * WorthAStatement * nodes,
            interval * quota.Bursts[grant.Slot] / 2
        );
        // Of a quick limit twice as long: a few hundred are then left for each node that asks, and worth its statement.
        var soon = clock.Units(Soon) * (interval * WorthAStatement <= clock.Units(Soon) ? 2 : 1);
        soon = Math.Min(2 * pace, soon);
        return grant.Remaining > 0 && grant.Remaining * interval >= soon
            ? 0
            : Math.Min(Math.Max(clock.Units(grant.RetryMicroseconds), pace), clock.Units(Longest));
    }
}
