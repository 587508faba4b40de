using System.Text.Json.Serialization;
using Jobs.RateLimiting;

namespace Jobs.Web.Api;

/// <summary>A policy, or what it is for a tenant or a key. Numbers that are not named are those of the policy.</summary>
/// <param name="Policy">1 to 63 of <c>a-z0-9_-</c>; a name that is not known yet makes a new policy.</param>
/// <param name="Tenant">The name of a tenant, or</param>
/// <param name="KeyId">the id of a key, for which it is to be so; neither for the policy itself.</param>
/// <param name="Limit">Requests in the period.</param>
/// <param name="Burst">Requests at once after a pause; as many as <paramref name="Limit"/> where that is named alone.</param>
/// <param name="PerMinute">In a sliding minute; 0 for no such window. So with hour and day.</param>
/// <param name="Mode"><c>enforce</c>, or <c>shadow</c>: counted, and let through.</param>
/// <param name="WhenAway">While the database is away: <c>local</c>, <c>open</c>, <c>closed</c>.</param>
/// <param name="Endpoints">Such as <c>POST /api/v1/batch/documents</c>, which are counted under this policy instead of their own.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record RateLimitBody(
    string? Policy,
    string? Tenant,
    Guid? KeyId,
    int? Limit,
    double? PeriodSeconds,
    int? Burst,
    int? PerMinute,
    int? PerHour,
    int? PerDay,
    RateLimitMode? Mode,
    WhenAway? WhenAway,
    string[]? Endpoints
);

/// <summary>A rate limit that is in force.</summary>
internal sealed record RateLimitAnswer(
    string Policy,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Tenant,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? KeyId,
    int Limit,
    double PeriodSeconds,
    int Burst,
    int? PerMinute,
    int? PerHour,
    int? PerDay
)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RateLimitMode? Mode { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WhenAway? WhenAway { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Endpoints { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RateLimitSource? Source { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? UpdatedAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? UpdatedBy { get; init; }

    /// <summary>Requests that this node refused under the policy since it started; in the mode <c>shadow</c>, would have.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Refused { get; init; }

    /// <summary>What everybody may know.</summary>
    public static IReadOnlyList<RateLimitAnswer> Enforced(RuleSet rules) =>
        [
            .. rules
                .Policies.Values.Where(p => !p.IsShadow)
                .OrderBy(p => p.Name, StringComparer.Ordinal)
                .Select(p => Of(p.Name, null, null, p.Settings)),
        ];

    /// <summary>With what administrators want to know.</summary>
    public static RateLimitAnswer Of(RateLimitPolicy policy, RateLimitMeter meter) =>
        Of(policy.Name, null, null, policy.Settings) with
        {
            Mode = policy.Settings.Mode,
            WhenAway = policy.Settings.WhenAway,
            Endpoints = policy.Settings.Endpoints,
            Source = policy.Source,
            UpdatedAt = policy.UpdatedAt,
            UpdatedBy = policy.UpdatedBy,
            Refused = meter.RefusalsOf(policy.Name),
        };

    public static RateLimitAnswer Of(RateLimitRule rule) =>
        Of(rule.Policy, rule.Tenant, rule.KeyId, rule.Settings) with
        {
            UpdatedAt = rule.UpdatedAt,
            UpdatedBy = rule.UpdatedBy,
        };

    public static RateLimitAnswer Of(
        string policy,
        string? tenant,
        Guid? keyId,
        RateLimitSettings settings
    ) =>
        new(
            policy,
            tenant,
            keyId,
            settings.Permits,
            settings.Period.TotalSeconds,
            settings.Burst,
            settings.PerMinute,
            settings.PerHour,
            settings.PerDay
        );
}

/// <summary>All rate limits, and how callers stand with them.</summary>
/// <param name="Counting"><c>shared</c> by all nodes; <c>local</c> while the database is away.</param>
/// <param name="Nodes">Processes that share the limits.</param>
/// <param name="QueriesRefused">By this node since it started, because a tenant had as many answered at once.</param>
/// <param name="Counters">In the order of their names, from <c>cursor</c> on.</param>
internal sealed record RateLimitsAnswer(
    bool Enabled,
    string Counting,
    int Nodes,
    int QueriesAtOnce,
    long QueriesRefused,
    IReadOnlyList<RateLimitAnswer> Policies,
    IReadOnlyList<RateLimitAnswer> Overrides,
    IReadOnlyList<RateLimitCounterAnswer> Counters,
    string? NextCursor
);

/// <summary>How a caller stands with a policy.</summary>
/// <param name="Key"><c>key:</c> or <c>user:</c> with the id of a key, or <c>address:</c>; what <c>DELETE</c> takes.</param>
/// <param name="Remaining">By the policy, or what is set for the key; null where the policy is not known any more.</param>
/// <param name="ResetAt">When all of it is free again.</param>
internal sealed record RateLimitCounterAnswer(
    string Policy,
    string Key,
    int? Remaining,
    DateTimeOffset ResetAt
);
