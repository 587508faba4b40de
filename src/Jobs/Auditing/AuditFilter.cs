namespace Jobs.Auditing;

/// <summary>Which entries; null for any.</summary>
/// <param name="Actor">The name of a key.</param>
/// <param name="To">Before this.</param>
public sealed record AuditFilter(
    string? Actor = null,
    string? Action = null,
    string? Tenant = null,
    DateTimeOffset? From = null,
    DateTimeOffset? To = null
);
