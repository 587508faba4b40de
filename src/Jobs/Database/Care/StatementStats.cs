namespace Jobs.Database.Care;

/// <summary>A statement as <c>pg_stat_statements</c> has it: values are not in its text.</summary>
public sealed record StatementStats(
    string Query,
    long Calls,
    double TotalMs,
    double MeanMs,
    long Rows,
    double? CacheHitRatio
);
