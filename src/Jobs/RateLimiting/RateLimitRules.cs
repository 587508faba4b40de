using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace Jobs.RateLimiting;

/// <summary>
/// What is in force in this process: the configuration, and over it what was set while the service runs. Thread-safe;
/// <see cref="RuleWatcher"/> keeps it up to date.
/// </summary>
public sealed class RateLimitRules
{
    private readonly ConcurrentDictionary<string, int> ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RateLimitSettings> configured;
    private readonly RateClock clock;
    private readonly Lock gate = new();
    private IReadOnlyList<RateLimitRule> rules = [];
    private volatile RuleSet current;

    public RateLimitRules(IOptions<RateLimitOptions> options, TimeProvider time)
    {
        clock = new RateClock(time);
        configured = options.Value.Policies.ToDictionary(
            p => p.Key,
            p => p.Value.Settings(),
            StringComparer.Ordinal
        );
        current = Build(-1, 1);
    }

    public RuleSet Current => current;

    /// <summary>Takes over what the database says.</summary>
    internal void Set(IReadOnlyList<RateLimitRule> stored, long revision)
    {
        lock (gate)
        {
            rules = stored;
            current = Build(revision, current.Nodes);
        }
    }

    internal void SetNodes(int nodes)
    {
        lock (gate)
        {
            if (nodes != current.Nodes)
            {
                current = Build(current.Revision, nodes);
            }
        }
    }

    private RuleSet Build(long revision, int nodes)
    {
        var policies = configured.ToDictionary(
            p => p.Key,
            p => new RateLimitPolicy(
                p.Key,
                IdOf(p.Key),
                p.Value,
                RateLimitSource.Configuration,
                null,
                null
            ),
            StringComparer.Ordinal
        );
        foreach (var rule in rules.Where(r => r.TenantId is null && r.KeyId is null))
        {
            policies[rule.Policy] = new RateLimitPolicy(
                rule.Policy,
                IdOf(rule.Policy),
                rule.Settings,
                RateLimitSource.Runtime,
                rule.UpdatedAt,
                rule.UpdatedBy
            );
        }
        // An override whose policy is gone says nothing.
        var known = rules.Where(r => policies.ContainsKey(r.Policy)).ToList();
        return new RuleSet([.. policies.Values], known, revision, nodes, clock);
    }

    private int IdOf(string name) => ids.GetOrAdd(name, _ => ids.Count + 1);
}
