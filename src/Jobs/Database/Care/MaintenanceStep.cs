namespace Jobs.Database.Care;

/// <summary>One thing that <c>optimize</c> does.</summary>
/// <param name="Target">The table or index in the schema <c>jobs</c>; null for all tables, to be analysed only.</param>
public sealed record MaintenanceStep(MaintenanceAction Action, string? Target);
