namespace Jobs.Kinds.Queries.Reports;

/// <summary>What a report gave.</summary>
/// <param name="Rows">Values as PostgreSQL writes them; times in UTC; null for null.</param>
/// <param name="Truncated">Whether there were more rows than its limit, or than fit into a result.</param>
public sealed record ReportResult(
    Report Report,
    IReadOnlyList<ReportColumn> Columns,
    IReadOnlyList<string?[]> Rows,
    bool Truncated,
    double ElapsedMs
);

/// <summary>A column of a result.</summary>
public sealed record ReportColumn(string Name, ReportType Type);
