namespace Jobs.Database.Care;

/// <summary>What to do about something.</summary>
/// <param name="Code">A stable name in snake case.</param>
/// <param name="Target">The table, index or setting; null for the whole.</param>
/// <param name="Message">What was found, what it costs, and what to do; for people.</param>
/// <param name="Step">The step of <c>optimize</c> that does it; null where a person must.</param>
public sealed record Recommendation(
    string Code,
    RecommendationSeverity Severity,
    string? Target,
    string Message,
    MaintenanceStep? Step
);
