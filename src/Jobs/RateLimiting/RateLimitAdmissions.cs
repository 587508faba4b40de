using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Jobs.Caching;

namespace Jobs.RateLimiting;

/// <summary>
/// Counts the requests that limits let through, by policy, for metrics. Thread-safe; to count takes no lock, and
/// allocates nothing but for the first request of a policy.
/// </summary>
public sealed class RateLimitAdmissions
{
    public const string AdmissionsName = "jobs.rate_limit.admissions";

    private const int Enforced = 0;
    private const int Shadow = 1;

    private readonly ConcurrentDictionary<string, StripedCounters> policies = new(
        StringComparer.Ordinal
    );

    public RateLimitAdmissions(IMeterFactory meters) =>
        meters
            .Create(RateLimitMeter.Name)
            .CreateObservableCounter(
                AdmissionsName,
                Observe,
                "{request}",
                "Requests that a rate limit let through, by policy; with the mode shadow it would have let them through."
            );

    /// <summary>A request is within the limit of a policy, or cannot be counted and goes on.</summary>
    public void Admitted(RateLimitPolicy policy) =>
        policies
            .GetOrAdd(policy.Name, static _ => new StripedCounters())
            .Add(policy.IsShadow ? Shadow : Enforced);

    private IEnumerable<Measurement<long>> Observe() =>
        from policy in policies
        from mode in ((int Slot, string Name)[])[(Enforced, "enforce"), (Shadow, "shadow")]
        let count = policy.Value.Sum(mode.Slot)
        where count > 0
        select new Measurement<long>(count, new("policy", policy.Key), new("mode", mode.Name));
}
