using System.ComponentModel.DataAnnotations;

namespace Jobs.RateLimiting;

/// <summary>Bound from the section <c>Jobs:RateLimits</c>.</summary>
public sealed class RateLimitOptions
{
    public const string Section = "Jobs:RateLimits";

    /// <summary>Whether requests are limited at all. Default <c>true</c>.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// Policies by their names; those that are not named are as by default. What is set while the service runs wins.
    /// </summary>
    public IDictionary<string, RateLimitPolicyOptions> Policies { get; } =
        RateLimitPolicies.Defaults();

    /// <summary>Queries of one tenant that this process answers at once; further ones are refused. Default 8.</summary>
    [Range(1, 10_000)]
    public int QueriesPerTenant { get; set; } = 8;

    /// <summary>
    /// How long a request waits for the shared counters before this process decides by itself, from a millisecond to a
    /// minute; timers may be some milliseconds late. Default 40 milliseconds.
    /// </summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromMilliseconds(40);

    /// <summary>Counters that this process keeps in memory, 1,000 to 10,000,000; about 400 bytes each. Default 100,000.</summary>
    [Range(1_000, 10_000_000)]
    public int Counters { get; set; } = 100_000;

    /// <summary>
    /// Addresses or networks of proxies whose <c>X-Forwarded-For</c> is believed, separated by commas. Default: none.
    /// </summary>
    public string TrustedProxies { get; set; } = "";

    private bool IsPatient =>
        Patience >= TimeSpan.FromMilliseconds(1) && Patience <= TimeSpan.FromMinutes(1);

    internal IEnumerable<string> Faults() =>
        (
            IsPatient ? [] : (string[])[$"{Section}:Patience must be a millisecond to a minute."]
        ).Concat(PolicyFaults());

    private IEnumerable<string> PolicyFaults() =>
        Policies.SelectMany(policy =>
            RateLimitRule.IsPolicyName(policy.Key)
                ? policy
                    .Value.Settings()
                    .Faults()
                    .Select(f => $"{Section}:Policies:{policy.Key}: {f.Field} {f.Message}.")
                : [$"{Section}:Policies: '{policy.Key}' is no name: 1 to 63 of a-z, 0-9, _ and -."]
        );
}
