namespace Jobs.Engine;

/// <summary>Who may have how much at once. Bound from the section <c>Jobs</c>.</summary>
public sealed class SharingOptions
{
    /// <summary>By the name of a tenant.</summary>
    public IDictionary<string, TenantOptions> Tenants { get; } =
        new Dictionary<string, TenantOptions>(StringComparer.Ordinal);

    /// <summary>By the name of a kind: what goes before its own settings.</summary>
    public IDictionary<string, KindOptions> Kinds { get; } =
        new Dictionary<string, KindOptions>(StringComparer.Ordinal);
}
