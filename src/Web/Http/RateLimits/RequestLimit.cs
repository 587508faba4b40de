using Jobs.RateLimiting;

namespace Jobs.Web.Http.RateLimits;

/// <summary>What a request is counted under, and for whom; kept with the request.</summary>
internal sealed record RequestLimit(
    RateLimitPolicy Policy,
    RateLimitSubject Subject,
    bool AtOnce,
    int TenantId
)
{
    private static readonly object Key = new();

    public static RequestLimit? Find(HttpContext context) => context.Items[Key] as RequestLimit;

    public void Keep(HttpContext context) => context.Items[Key] = this;
}
