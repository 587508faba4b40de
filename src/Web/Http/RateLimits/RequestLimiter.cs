using System.Diagnostics;
using System.Threading.RateLimiting;
using Jobs.Features;
using Jobs.RateLimiting;
using Microsoft.Extensions.Options;

namespace Jobs.Web.Http.RateLimits;

/// <summary>
/// The limiter of ASP.NET Core's middleware: what is counted by whom is decided here, how it is counted by
/// <see cref="Jobs.RateLimiting.RateLimiter"/>. The middleware tries to acquire at once, and where that fails acquires asynchronously.
/// </summary>
internal sealed class RequestLimiter(
    Jobs.RateLimiting.RateLimiter limiter,
    RateLimitRules rules,
    RateLimitAdmissions admissions,
    EndpointPolicies endpoints,
    TenantQueries queries,
    IOptions<RateLimitOptions> options,
    FeatureSwitches features
) : PartitionedRateLimiter<HttpContext>
{
    private static readonly object WaitKey = new();

    /// <summary>What a request has waited here for the database.</summary>
    public static TimeSpan WaitOf(HttpContext context) =>
        context.Items[WaitKey] is TimeSpan wait ? wait : TimeSpan.Zero;

    public override RateLimiterStatistics? GetStatistics(HttpContext resource) => null;

    protected override RateLimitLease AttemptAcquireCore(HttpContext context, int permitCount)
    {
        if (
            !options.Value.Enabled
            || !features.IsOn(FeatureNames.RateLimiting)
            || Find(context) is not { } limit
        )
        {
            return RequestLease.Free;
        }
        var verdict = limiter.TryDecide(limit.Policy, limit.Subject);
        return verdict is RateLimitVerdict.Admitted or RateLimitVerdict.Uncounted
            ? Admit(context, limit, verdict)
            : RequestLease.Undecided;
    }

    protected override async ValueTask<RateLimitLease> AcquireAsyncCore(
        HttpContext context,
        int permitCount,
        CancellationToken cancellationToken
    )
    {
        // Admitted once already, and refused for how many are answered at once.
        if (RequestLease.Find(context) is { } refused)
        {
            return refused;
        }
        if (RequestLimit.Find(context) is not { } limit)
        {
            return RequestLease.Free;
        }
        var started = Stopwatch.GetTimestamp();
        var verdict = await limiter.DecideAsync(limit.Policy, limit.Subject, cancellationToken);
        context.Items[WaitKey] = Stopwatch.GetElapsedTime(started);
        if (verdict is RateLimitVerdict.Admitted or RateLimitVerdict.Uncounted)
        {
            return Admit(context, limit, verdict);
        }
        if (verdict == RateLimitVerdict.Unavailable)
        {
            return RequestLease.Unavailable(limit.Policy.Name);
        }
        var standing = limiter.Look(limit.Policy, limit.Subject);
        RateLimitHeaders.Add(context, limit.Policy.Name, standing with { Remaining = 0 });
        return RequestLease.Refused(limit.Policy.Name, standing);
    }

    private RequestLease Admit(HttpContext context, RequestLimit limit, RateLimitVerdict verdict)
    {
        admissions.Admitted(limit.Policy);
        if (verdict == RateLimitVerdict.Admitted)
        {
            RateLimitHeaders.Add(
                context,
                limit.Policy.Name,
                limiter.Look(limit.Policy, limit.Subject)
            );
        }
        if (!limit.AtOnce)
        {
            return RequestLease.Free;
        }
        var slot = queries.AttemptAcquire(limit.TenantId);
        var lease = slot.IsAcquired
            ? RequestLease.Holding(slot)
            : RequestLease.TooManyAtOnce(queries.Limit);
        if (!slot.IsAcquired)
        {
            slot.Dispose();
            lease.Keep(context);
        }
        return lease;
    }

    private async Task ShadowAsync(RateLimitPolicy policy, RateLimitSubject subject)
    {
        var verdict = await limiter.DecideAsync(policy, subject, CancellationToken.None);
        if (verdict is RateLimitVerdict.Admitted or RateLimitVerdict.Uncounted)
        {
            admissions.Admitted(policy);
        }
    }

    private RequestLimit? Find(HttpContext context)
    {
        var endpoint = context.GetEndpoint() as RouteEndpoint;
        var limited = endpoint?.Metadata.GetMetadata<LimitedBy>();
        var found = limited is null ? null : endpoints.Of(endpoint!, limited);
        var policy = found?.Enforced;
        if (RequestSubject.IsGuess(context))
        {
            // Whatever it asks for.
            policy = rules.Current.PolicyOf("*", "", RateLimitPolicies.Auth) ?? policy;
        }
        var subject = RequestSubject.Of(context);
        foreach (var shadow in found?.Shadows ?? [])
        {
            // Nobody waits for it.
            _ = ShadowAsync(shadow, subject);
        }
        if (policy is null)
        {
            return null;
        }
        var limit = new RequestLimit(
            policy,
            subject,
            limited?.AtOnce == true && context.FindCaller() is not null,
            subject.TenantId
        );
        limit.Keep(context);
        return limit;
    }
}
