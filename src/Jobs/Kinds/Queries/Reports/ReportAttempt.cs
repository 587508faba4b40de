namespace Jobs.Kinds.Queries.Reports;

/// <summary>What came of running a report: what it read, or why it could not.</summary>
/// <param name="IsAway">Whether the data source is to blame, and not what it was asked.</param>
internal sealed record ReportAttempt(
    IReadOnlyList<ReportColumn> Columns,
    IReadOnlyList<string?[]> Rows,
    bool Truncated,
    ItemException? Error = null,
    bool IsAway = false
)
{
    public static ReportAttempt Failed(ItemException error, bool isAway = false) =>
        new([], [], false, error, isAway);
}
