namespace Jobs.RateLimiting;

/// <summary>A policy as it is configured: a token bucket, and windows chained to it.</summary>
public sealed class RateLimitPolicyOptions
{
    /// <summary>Requests in <see cref="Period"/>, one or more. Default 100.</summary>
    public int Permits { get; set; } = 100;

    /// <summary>From a tenth of a second to 31 days. Default one minute.</summary>
    public TimeSpan Period { get; set; } = RateLimitPolicies.Minute;

    /// <summary>Requests at once after a pause, one or more; null for as many as <see cref="Permits"/>. Default null.</summary>
    public int? Burst { get; set; }

    /// <summary>Requests in a sliding minute; null or 0 for no such window. Default none.</summary>
    public int? PerMinute { get; set; }

    /// <summary>Requests in a sliding hour; null or 0 for no such window. Default none.</summary>
    public int? PerHour { get; set; }

    /// <summary>Requests in a sliding day; null or 0 for no such window. Default none.</summary>
    public int? PerDay { get; set; }

    /// <summary><c>enforce</c> (default) or <c>shadow</c>: counted, and let through.</summary>
    public RateLimitMode Mode { get; set; }

    /// <summary>While the database is away: <c>local</c> (default), <c>open</c> or <c>closed</c>.</summary>
    public WhenAway WhenAway { get; set; }

    /// <summary>
    /// What it is for beside the endpoints that have it by themselves, separated by commas: <c>POST
    /// /api/v1/batch/documents</c> as in the OpenAPI document, <c>*</c> for any method or for the rest of a path.
    /// </summary>
    public string Endpoints { get; set; } = "";

    internal RateLimitSettings Settings() =>
        new(
            Permits,
            Period,
            Burst ?? Permits,
            Present(PerMinute),
            Present(PerHour),
            Present(PerDay),
            Mode,
            WhenAway,
            Endpoints.Split(
                ',',
                StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries
            )
        );

    private static int? Present(int? value) => value is 0 ? null : value;
}
