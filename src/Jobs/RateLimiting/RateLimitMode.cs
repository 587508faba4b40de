using System.Text.Json.Serialization;

namespace Jobs.RateLimiting;

/// <summary>What becomes of a request over the limit.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<RateLimitMode>))]
public enum RateLimitMode
{
    /// <summary>It is refused.</summary>
    Enforce,

    /// <summary>It is counted and let through: to try a policy beside the one that is enforced.</summary>
    Shadow,
}
