namespace Jobs.RateLimiting;

/// <summary>What a policy says, or an override of it for a tenant or a key.</summary>
/// <param name="Permits">Requests in <paramref name="Period"/>.</param>
/// <param name="Burst">Requests at once after a pause.</param>
/// <param name="PerMinute">In a sliding minute; null for no such window. So with hour and day.</param>
/// <param name="Endpoints">See <see cref="RateLimitPolicyOptions.Endpoints"/>.</param>
public sealed record RateLimitSettings(
    int Permits,
    TimeSpan Period,
    int Burst,
    int? PerMinute,
    int? PerHour,
    int? PerDay,
    RateLimitMode Mode,
    WhenAway WhenAway,
    IReadOnlyList<string> Endpoints
)
{
    /// <summary>What a new policy is where nothing else is said.</summary>
    public static readonly RateLimitSettings Default = new RateLimitPolicyOptions().Settings();

    /// <summary>The most that any number may be.</summary>
    public const int Most = 10_000_000;

    public static readonly TimeSpan ShortestPeriod = TimeSpan.FromMilliseconds(100);
    public static readonly TimeSpan LongestPeriod = TimeSpan.FromDays(31);

    private const int MostEndpoints = 50;
    private const int EndpointLength = 200;

    /// <summary>Which fields break which rule; empty where all is well.</summary>
    public IEnumerable<(string Field, string Message)> Faults()
    {
        foreach (
            var (field, value) in new (string, int?)[]
            {
                ("limit", Permits),
                ("burst", Burst),
                ("perMinute", PerMinute),
                ("perHour", PerHour),
                ("perDay", PerDay),
            }
        )
        {
            if (value is < 1 or > Most)
            {
                yield return (field, $"must be 1 to {Most}");
            }
        }
        if (Period < ShortestPeriod || Period > LongestPeriod)
        {
            yield return ("periodSeconds", "must be 0.1 to 2678400");
        }
        else if (Period.TotalMicroseconds < Permits)
        {
            yield return ("limit", "must be at most one request a microsecond");
        }
        if (
            Endpoints.Count > MostEndpoints
            || Endpoints.Any(e => e.Length > EndpointLength || !EndpointPattern.Is(e))
        )
        {
            yield return (
                "endpoints",
                $"must be at most {MostEndpoints} of the form 'POST /api/v1/batch/documents'; * stands for any method, and at the end for the rest of a path"
            );
        }
    }
}
