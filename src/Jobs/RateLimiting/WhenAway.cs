using System.Text.Json.Serialization;

namespace Jobs.RateLimiting;

/// <summary>What a policy does while the nodes cannot share their counters, because the database is away.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<WhenAway>))]
public enum WhenAway
{
    /// <summary>Each node counts by itself, up to its share of the limit.</summary>
    Local,

    /// <summary>Everything is let through.</summary>
    Open,

    /// <summary>Everything is refused.</summary>
    Closed,
}
