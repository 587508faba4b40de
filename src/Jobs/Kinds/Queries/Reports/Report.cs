namespace Jobs.Kinds.Queries.Reports;

/// <summary>A named query, as its file has it. Immutable.</summary>
/// <param name="Name">The name of its file.</param>
/// <param name="Source">The database that it reads.</param>
/// <param name="Timeout">How long it may take.</param>
/// <param name="RowLimit">Most rows of a result.</param>
/// <param name="Tenants">The only tenants that may run it; empty for all.</param>
/// <param name="Sql">One query, with <c>$1</c> and so on in the places of <paramref name="Bound"/>.</param>
/// <param name="Bound">What is bound, by name; <c>tenant</c> is the caller's.</param>
public sealed record Report(
    string Name,
    string Title,
    string? Description,
    string Source,
    TimeSpan Timeout,
    int RowLimit,
    IReadOnlyList<string> Tenants,
    IReadOnlyList<ReportParameter> Parameters,
    string Sql,
    IReadOnlyList<string> Bound
)
{
    /// <summary>The parameter that no caller chooses: the id of its tenant.</summary>
    public const string Tenant = "tenant";

    /// <summary>What a URL says of how the result is written, and no parameter can be called.</summary>
    public const string Format = "format";

    /// <summary>The service's own database, in which tables are shared by tenants.</summary>
    public const string OwnSource = "jobs";
}
