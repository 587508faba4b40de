namespace Jobs.Kinds.Queries.Reports;

/// <summary>What a session of a data source may do that no report should.</summary>
/// <param name="IsSuperuser">It may do everything on its server.</param>
/// <param name="IsOwner">Where the source is the service's own database: it may do everything with its tables.</param>
/// <param name="Challenge">There: what a tenant is signed for.</param>
internal readonly record struct ReportRights(bool IsSuperuser, bool IsOwner, string? Challenge)
{
    /// <summary>What such a session is, in a word; null where it is only one that reads.</summary>
    public string? TooMuch =>
        IsSuperuser ? "a superuser"
        : IsOwner ? "the owner of the service's tables"
        : null;
}
