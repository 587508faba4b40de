namespace Jobs.Health;

/// <summary>How the service is, explained.</summary>
/// <param name="Status"><c>ok</c> from 80 on, <c>degraded</c> from 50 on, else <c>critical</c>.</param>
/// <param name="Score">100 less the penalties of the checks; 49 at most where one of them is red.</param>
public sealed record HealthReport(
    string Status,
    int Score,
    DateTimeOffset At,
    IReadOnlyList<HealthCheck> Checks
)
{
    /// <summary>What a red check leaves at most.</summary>
    public const int RedCap = 49;

    private const int OkFrom = 80;
    private const int DegradedFrom = 50;

    public static HealthReport Of(DateTimeOffset at, IReadOnlyList<HealthCheck> checks)
    {
        var score = Math.Max(0, 100 - checks.Sum(c => c.Penalty));
        if (checks.Any(c => c.Status == CheckStatus.Red))
        {
            score = Math.Min(score, RedCap);
        }
        var status =
            score >= OkFrom ? "ok"
            : score >= DegradedFrom ? "degraded"
            : "critical";
        return new(status, score, at, checks);
    }
}
