namespace Jobs.Auditing;

/// <summary>Bound from the section <c>Jobs:Audit</c>.</summary>
public sealed class AuditOptions
{
    public const string Section = "Jobs:Audit";

    /// <summary>How long entries are kept; a day at least, since the database deletes nothing younger. Default 365 days.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(365);

    /// <summary>
    /// The time in which equal refused calls, and equal reads of administrators, become one entry with their number
    /// after the first. Default 1 minute.
    /// </summary>
    public TimeSpan Window { get; set; } = TimeSpan.FromMinutes(1);
}
