namespace Jobs.Kinds.Queries.Reports;

/// <summary>What is wrong with a data source.</summary>
/// <param name="Impact">What follows from it.</param>
/// <param name="Advice">What to do about it.</param>
public sealed record ReportFault(string Source, string Impact, string Advice);
