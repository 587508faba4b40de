using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Jobs.RateLimiting;

/// <summary>Counts refusals by policy, for metrics and for administrators. Thread-safe.</summary>
public sealed class RateLimitMeter
{
    public const string Name = "Jobs.RateLimiting";
    public const string RefusalsName = "jobs.rate_limit.refusals";

    private readonly Counter<long> refusals;
    private readonly ConcurrentDictionary<string, long> byPolicy = new(StringComparer.Ordinal);

    public RateLimitMeter(IMeterFactory meters) =>
        refusals = meters
            .Create(Name)
            .CreateCounter<long>(
                RefusalsName,
                "{request}",
                "Requests over a rate limit, by policy; with the mode shadow they were let through."
            );

    /// <summary>Requests over the limit of a policy since this process began.</summary>
    public long RefusalsOf(string policy) => byPolicy.GetValueOrDefault(policy);

    /// <summary>The same of all policies.</summary>
    internal IEnumerable<(string Policy, long Count)> Refusals() =>
        byPolicy.Select(p => (p.Key, p.Value));

    /// <summary>A tenant has as many queries answered at once as it may.</summary>
    public void RefusedAtOnce() => Add(RateLimitPolicies.QueryConcurrency, isShadow: false);

    internal void Refused(RateLimitPolicy policy) => Add(policy.Name, policy.IsShadow);

    private void Add(string policy, bool isShadow)
    {
        byPolicy.AddOrUpdate(policy, 1, static (_, count) => count + 1);
        refusals.Add(
            1,
            new KeyValuePair<string, object?>("policy", policy),
            new KeyValuePair<string, object?>("mode", isShadow ? "shadow" : "enforce")
        );
    }
}
