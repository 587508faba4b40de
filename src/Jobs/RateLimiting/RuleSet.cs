using System.Collections.Frozen;

namespace Jobs.RateLimiting;

/// <summary>All that is in force at a time: policies, and what they are for some tenants and keys. Immutable.</summary>
public sealed class RuleSet
{
    private readonly FrozenDictionary<string, Quota> quotas;
    private readonly FrozenDictionary<(string Policy, int Tenant), Quota> ofTenants;
    private readonly FrozenDictionary<(string Policy, Guid Key), Quota> ofKeys;
    private readonly IReadOnlyList<RateLimitPolicy> named;

    internal RuleSet(
        IReadOnlyList<RateLimitPolicy> policies,
        IReadOnlyList<RateLimitRule> rules,
        long revision,
        int nodes,
        RateClock clock
    )
    {
        Revision = revision;
        Nodes = nodes;
        Policies = policies.ToFrozenDictionary(p => p.Name, StringComparer.Ordinal);
        Overrides = [.. rules.Where(r => r.TenantId is not null || r.KeyId is not null)];
        named = [.. policies.Where(p => p.Settings.Endpoints.Count > 0)];
        quotas = Policies.ToFrozenDictionary(
            p => p.Key,
            p => Quota.Of(p.Value.Settings, nodes, clock, this),
            StringComparer.Ordinal
        );
        ofTenants = Overrides
            .Where(r => r.TenantId is not null)
            .ToFrozenDictionary(
                r => (r.Policy, r.TenantId!.Value),
                r => Quota.Of(r.Settings, nodes, clock, this)
            );
        ofKeys = Overrides
            .Where(r => r.KeyId is not null)
            .ToFrozenDictionary(
                r => (r.Policy, r.KeyId!.Value),
                r => Quota.Of(r.Settings, nodes, clock, this)
            );
    }

    public FrozenDictionary<string, RateLimitPolicy> Policies { get; }

    public IReadOnlyList<RateLimitRule> Overrides { get; }

    /// <summary>How many processes share the limits.</summary>
    public int Nodes { get; }

    internal long Revision { get; }

    /// <summary>The policy that an endpoint is counted under; null for none.</summary>
    /// <param name="own">The name of the one that it has by itself.</param>
    public RateLimitPolicy? PolicyOf(string method, string path, string own) =>
        named.FirstOrDefault(p => !p.IsShadow && Names(p, method, path))
        ?? (Policies.GetValueOrDefault(own) is { IsShadow: false } policy ? policy : null);

    /// <summary>Those that count it and let it through.</summary>
    public IReadOnlyList<RateLimitPolicy> ShadowsOf(string method, string path, string own) =>
        [.. Policies.Values.Where(p => p.IsShadow && (p.Name == own || Names(p, method, path)))];

    /// <summary>What a caller is held against: what is set for the key, else for the tenant, else the policy's own.</summary>
    internal Quota QuotaOf(string policy, in RateLimitSubject subject)
    {
        if (subject.KeyId is { } key)
        {
            if (ofKeys.TryGetValue((policy, key), out var own))
            {
                return own;
            }
            if (ofTenants.TryGetValue((policy, subject.TenantId), out var shared))
            {
                return shared;
            }
        }
        return quotas[policy];
    }

    private static bool Names(RateLimitPolicy policy, string method, string path) =>
        policy.Settings.Endpoints.Any(e => EndpointPattern.Matches(e, method, path));
}
