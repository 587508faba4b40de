using Npgsql;

namespace Jobs.Kinds.Queries.Reports;

/// <summary>A report that is to be run: for whom, where, and with which values, in the order in which they are bound.</summary>
internal sealed record ReportRun(
    Report Report,
    int TenantId,
    ReportSource Source,
    NpgsqlParameter[] Values
);
