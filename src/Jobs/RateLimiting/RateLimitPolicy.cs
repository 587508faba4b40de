namespace Jobs.RateLimiting;

/// <summary>A policy that is in force. Immutable.</summary>
/// <param name="Name">As it is named in headers and problems.</param>
/// <param name="Id">The same for this name as long as the process lives.</param>
public sealed record RateLimitPolicy(
    string Name,
    int Id,
    RateLimitSettings Settings,
    RateLimitSource Source,
    DateTimeOffset? UpdatedAt,
    string? UpdatedBy
)
{
    public bool IsShadow => Settings.Mode == RateLimitMode.Shadow;
}

/// <summary>Where a policy comes from.</summary>
[System.Text.Json.Serialization.JsonConverter(typeof(CamelCaseEnumConverter<RateLimitSource>))]
public enum RateLimitSource
{
    /// <summary>From the program and its configuration.</summary>
    Configuration,

    /// <summary>Set while the service runs.</summary>
    Runtime,
}
