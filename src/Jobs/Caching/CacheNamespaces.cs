namespace Jobs.Caching;

/// <summary>The namespaces that exist without being configured; each has a lifetime of its own.</summary>
public static class CacheNamespaces
{
    /// <summary>What is cached through <see cref="Microsoft.Extensions.Caching.Hybrid.HybridCache"/> without a scope.</summary>
    public const string Default = "default";
    public const string ApiResponse = "api_response";
    public const string SearchResults = "search_results";
    public const string Dashboard = "dashboard";
    public const string Metrics = "metrics";
    public const string Analytics = "analytics";
    public const string LlmResponse = "llm_response";
    public const string UserProfile = "user_profile";
    public const string Organization = "organization";
    public const string Content = "content";
    public const string Session = "session";
    public const string SystemStats = "system_stats";

    internal static IReadOnlyDictionary<string, CacheNamespaceOptions> Known { get; } =
        new Dictionary<string, CacheNamespaceOptions>(StringComparer.Ordinal)
        {
            // As any other implementation of HybridCache: nothing stale.
            [Default] = Strict(300),
            [ApiResponse] = Lenient(300),
            [SearchResults] = Lenient(600),
            [Dashboard] = Lenient(300),
            [Metrics] = Lenient(60),
            [Analytics] = Lenient(600),
            [LlmResponse] = Lenient(1800),
            [UserProfile] = Lenient(1800),
            [Organization] = Lenient(3600),
            [Content] = Lenient(900),
            // Who has signed out must not come back because a source is away.
            [Session] = Strict(86_400),
            [SystemStats] = Lenient(120),
        };

    /// <summary>1 to 40 of a-z, 0-9, _ and -.</summary>
    internal static bool IsName(string name) =>
        name.Length is > 0 and <= 40
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '-');

    private static CacheNamespaceOptions Strict(int seconds) =>
        new()
        {
            Ttl = TimeSpan.FromSeconds(seconds),
            Stale = TimeSpan.Zero,
            FailSafe = TimeSpan.Zero,
        };

    private static CacheNamespaceOptions Lenient(int seconds) =>
        new()
        {
            Ttl = TimeSpan.FromSeconds(seconds),
            Stale = TimeSpan.FromSeconds(seconds / 10),
            FailSafe = TimeSpan.FromHours(1),
        };
}
