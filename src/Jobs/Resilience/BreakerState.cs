using System.Text.Json.Serialization;

namespace Jobs.Resilience;

/// <summary>What a breaker does with calls; a later one is worse.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<BreakerState>))]
public enum BreakerState
{
    /// <summary>Lets them through.</summary>
    Closed,

    /// <summary>Lets one through, to see whether it succeeds.</summary>
    HalfOpen,

    /// <summary>Refuses them.</summary>
    Open,
}
