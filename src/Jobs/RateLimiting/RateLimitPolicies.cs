namespace Jobs.RateLimiting;

/// <summary>The policies that there are from the start.</summary>
public static class RateLimitPolicies
{
    /// <summary>Calls of the API that say nothing else.</summary>
    public const string Api = "api";

    /// <summary>Attempts to sign in, and requests with a key that nobody has.</summary>
    public const string Auth = "auth";

    /// <summary>Queries that are answered in the response.</summary>
    public const string Query = "query";

    /// <summary>No policy: what queries of a tenant are counted under that came while too many were being answered.</summary>
    public const string QueryConcurrency = "query-concurrency";

    /// <summary>Uploads of documents.</summary>
    public const string Upload = "upload";

    /// <summary>Pages in a browser, and the parts of them that are loaded again while something changes.</summary>
    public const string Pages = "pages";

    /// <summary>Connections of server-sent events.</summary>
    public const string Events = "events";

    internal static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    internal const int PerHour = 1_000;
    internal const int PerDay = 10_000;

    /// <summary>
    /// The numbers of the contract. Windows are where they leave the bucket its burst and bound what is done for hours;
    /// 60 in a sliding minute would take from each of the buckets a part of its burst.
    /// </summary>
    internal static Dictionary<string, RateLimitPolicyOptions> Defaults() =>
        new(StringComparer.Ordinal)
        {
            [Api] = Bucket(100, 150),
            [Auth] = Chained(Bucket(10, 15)),
            [Query] = Bucket(50, 75),
            [Upload] = Chained(Bucket(20, 30)),
            [Pages] = Bucket(600, 300),
            [Events] = Bucket(300, 300),
        };

    private static RateLimitPolicyOptions Bucket(int permits, int burst) =>
        new()
        {
            Permits = permits,
            Period = Minute,
            Burst = burst,
        };

    private static RateLimitPolicyOptions Chained(RateLimitPolicyOptions options)
    {
        options.PerHour = PerHour;
        options.PerDay = PerDay;
        return options;
    }
}
