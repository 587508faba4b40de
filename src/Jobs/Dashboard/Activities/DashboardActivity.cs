namespace Jobs.Dashboard.Activities;

/// <summary>Something that happened to a tenant's work, or that one of its keys did.</summary>
/// <param name="At">When; of a submission when it began.</param>
/// <param name="BatchId">The batch that it is about; as the others, null where there is none.</param>
/// <param name="State">How that batch stands now; null for what somebody did.</param>
/// <param name="Schedule">The schedule that it is about.</param>
/// <param name="ErrorCode">Why its tick failed.</param>
/// <param name="Action">What somebody did, as the audit calls it, such as <c>batch.cancel</c>.</param>
/// <param name="Actor">The name of the key that did it.</param>
/// <param name="Target">What it was done to.</param>
public sealed record DashboardActivity(
    ActivityType Type,
    DateTimeOffset At,
    Guid? BatchId = null,
    string? Kind = null,
    string? State = null,
    int? Total = null,
    int? Failed = null,
    string? Schedule = null,
    string? ErrorCode = null,
    string? Action = null,
    string? Actor = null,
    string? Target = null
)
{
    /// <summary>Its place among all: no two have the same.</summary>
    internal ActivityPlace Place { get; init; }
}
