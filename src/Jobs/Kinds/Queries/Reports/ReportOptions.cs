namespace Jobs.Kinds.Queries.Reports;

/// <summary>Reports, bound from the section <c>Jobs:Reports</c>.</summary>
public sealed class ReportOptions
{
    public const string Section = "Jobs:Reports";

    /// <summary>Where the files <c>*.sql</c> are. Default: <c>reports</c> in the repository, or beside the program.</summary>
    public string Folder { get; set; } = "";

    /// <summary>
    /// Databases that reports may read, by name. <c>jobs</c> is the service's own, which is read as a role that the
    /// service makes for that, unless it is configured here.
    /// </summary>
    public IDictionary<string, ReportSourceOptions> Sources { get; } =
        new Dictionary<string, ReportSourceOptions>(StringComparer.Ordinal);
}

/// <summary>A database that reports read.</summary>
public sealed class ReportSourceOptions
{
    /// <summary>Of any PostgreSQL: a read replica, for example. Its role is to have no rights but to read.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>A role that is taken for each report, for connections that may do more than read. Default: none.</summary>
    public string Role { get; set; } = "";

    /// <summary>
    /// Whether reports run although the connection is a superuser's, whose rights a report can take back: then who
    /// writes one may do everything on that server. Default <c>false</c>: they are refused.
    /// </summary>
    public bool AllowSuperuser { get; set; }

    /// <summary>Most connections at once, of this process. Default 4.</summary>
    public int MaxConnections { get; set; } = 4;
}
