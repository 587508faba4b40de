using System.Text.RegularExpressions;

namespace Jobs.RateLimiting;

/// <summary>What was set while the service runs: a policy, or what it is for a tenant or a key.</summary>
/// <param name="TenantId">For the callers of this tenant; null for all.</param>
/// <param name="KeyId">For this key; null for all.</param>
/// <param name="UpdatedBy">The tenant and the name of the key that set it.</param>
public sealed partial record RateLimitRule(
    string Policy,
    int? TenantId,
    string? Tenant,
    Guid? KeyId,
    RateLimitSettings Settings,
    DateTimeOffset UpdatedAt,
    string? UpdatedBy
)
{
    /// <summary>1 to 63 of <c>a-z0-9_-</c>, the first a letter or digit.</summary>
    public static bool IsPolicyName(string name) => NamePattern().IsMatch(name);

    [GeneratedRegex(
        "^[a-z0-9][a-z0-9_-]{0,62}\\z",
        RegexOptions.None,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex NamePattern();
}
