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
    RateLimitMeter meter,
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
        if (!TryEnter(context, limit, out var slot))
        {
            return RequestLease.Find(context)!;
        }
        var verdict = limiter.TryDecide(limit.Policy, limit.Subject);
        if (verdict is RateLimitVerdict.Admitted or RateLimitVerdict.Uncounted)
        {
            return Admit(context, limit, verdict, slot);
        }
        slot?.Dispose();
        return RequestLease.Undecided;
    }

    protected override async ValueTask<RateLimitLease> AcquireAsyncCore(
        HttpContext context,
        int permitCount,
        CancellationToken cancellationToken
    )
    {
        // Refused already, for how many are answered at once.
        if (RequestLease.Find(context) is { } refused)
        {
            return refused;
        }
        if (RequestLimit.Find(context) is not { } limit)
        {
            return RequestLease.Free;
        }
        if (!TryEnter(context, limit, out var slot))
        {
            return RequestLease.Find(context)!;
        }
        var lease = RequestLease.Undecided;
        try
        {
            var started = Stopwatch.GetTimestamp();
            var verdict = await limiter.DecideAsync(limit.Policy, limit.Subject, cancellationToken);
            context.Items[WaitKey] = Stopwatch.GetElapsedTime(started);
            lease = verdict switch
            {
                RateLimitVerdict.Admitted or RateLimitVerdict.Uncounted => Admit(
                    context,
                    limit,
                    verdict,
                    slot
                ),
                RateLimitVerdict.Unavailable => RequestLease.Unavailable(limit.Policy.Name),
                _ => Refuse(context, limit),
            };
            return lease;
        }
        finally
        {
            if (!lease.IsAcquired)
            {
                slot?.Dispose();
            }
        }
    }

    // Before the limit by time is asked: who is refused here has used none of it.
    private bool TryEnter(HttpContext context, RequestLimit limit, out RateLimitLease? slot)
    {
        slot = limit.AtOnce ? queries.AttemptAcquire(limit.TenantId) : null;
        if (slot is null or { IsAcquired: true })
        {
            return true;
        }
        slot.Dispose();
        meter.RefusedAtOnce();
        Tell(context, limit, limiter.Look(limit.Policy, limit.Subject));
        RequestLease.TooManyAtOnce(queries.Limit).Keep(context);
        return false;
    }

    private RequestLease Admit(
        HttpContext context,
        RequestLimit limit,
        RateLimitVerdict verdict,
        RateLimitLease? slot
    )
    {
        admissions.Admitted(limit.Policy);
        if (verdict == RateLimitVerdict.Admitted)
        {
            Tell(context, limit, limiter.Look(limit.Policy, limit.Subject));
        }
        return slot is null ? RequestLease.Free : RequestLease.Holding(slot);
    }

    private RequestLease Refuse(HttpContext context, RequestLimit limit)
    {
        var standing = limiter.Look(limit.Policy, limit.Subject);
        Tell(context, limit, standing with { Remaining = 0 });
        return RequestLease.Refused(limit.Policy.Name, standing);
    }

    private static void Tell(HttpContext context, RequestLimit limit, RateLimitStanding standing) =>
        RateLimitHeaders.Add(context, limit.Policy.Name, standing);

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
