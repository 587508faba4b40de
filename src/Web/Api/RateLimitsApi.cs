using Jobs.Batches;
using Jobs.RateLimiting;
using Jobs.Tenancy;
using Jobs.Web.Http;
using Jobs.Web.Http.RateLimits;
using Microsoft.Extensions.Options;

namespace Jobs.Web.Api;

/// <summary>Rate limits, for administrators: what is in force on all nodes, and how callers stand.</summary>
internal static class RateLimitsApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var limits = api.MapGroup("/system/rate-limits")
            .RequireScope(Scopes.Admin)
            .WithTags("System");
        limits
            .MapGet("", ListAsync)
            .Produces<RateLimitsAnswer>()
            .WithSummary("Policies, overrides, and how callers stand");
        limits
            .MapPost("", SaveAsync)
            .Produces<RateLimitAnswer>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity)
            .WithSummary("Set a policy, or what it is for a tenant or a key")
            .WithDescription("In force on every node within a second, and within 5 s at most.");
        limits
            .MapDelete("/{policy}", RemoveAsync)
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Take back what was set for a policy, a tenant or a key");
        limits
            .MapDelete("/{policy}/{key}", ResetAsync)
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Start a caller anew under a policy")
            .WithDescription(
                "`key` is that of a counter in the list: `key:ID`, `user:ID` or `address:ADDRESS`."
            );
    }

    private static async Task<IResult> ListAsync(
        RateLimitStore store,
        RateLimitRules rules,
        Jobs.RateLimiting.RateLimiter limiter,
        RateLimitMeter meter,
        TenantQueries queries,
        IOptions<RateLimitOptions> options,
        TimeProvider time,
        int? limit,
        string? cursor,
        CancellationToken cancellationToken
    )
    {
        if (limit is < 1 or > ApiLimits.ListMost)
        {
            return Problems.Invalid("limit", $"must be 1 to {ApiLimits.ListMost}");
        }
        var after = (cursor ?? "").Split(' ', 2);
        var most = limit ?? ApiLimits.ListDefault;
        var counters = await store.CountersAsync(
            (after[0], after.Length > 1 ? after[1] : ""),
            most,
            cancellationToken
        );
        var current = rules.Current;
        var now = time.GetUtcNow();
        return Results.Ok(
            new RateLimitsAnswer(
                options.Value.Enabled,
                limiter.IsLocal ? "local" : "shared",
                current.Nodes,
                queries.Limit,
                meter.RefusalsOf(RateLimitPolicies.QueryConcurrency),
                [
                    .. current
                        .Policies.Values.OrderBy(p => p.Name, StringComparer.Ordinal)
                        .Select(p => RateLimitAnswer.Of(p, meter)),
                ],
                [.. current.Overrides.Select(RateLimitAnswer.Of)],
                [
                    .. counters.Select(c => new RateLimitCounterAnswer(
                        c.Policy,
                        c.Subject,
                        c.Remaining,
                        now + c.Full
                    )),
                ],
                counters.Count == most ? $"{counters[^1].Policy} {counters[^1].Subject}" : null
            )
        );
    }

    private static async Task<IResult> SaveAsync(
        HttpContext context,
        RateLimitBody body,
        RateLimitStore store,
        RateLimitRules rules,
        CancellationToken cancellationToken
    )
    {
        var known = rules.Current.Policies.GetValueOrDefault(body.Policy ?? "");
        var faults = new List<BatchError>();
        if (body.Policy is null || !RateLimitRule.IsPolicyName(body.Policy))
        {
            faults.Add(
                new("policy", "must have 1 to 63 of a-z, 0-9, _ and -, the first a letter or digit")
            );
        }
        var one = body.Tenant is not null || body.KeyId is not null;
        if (body.Tenant is not null && body.KeyId is not null)
        {
            faults.Add(new("keyId", "must not be there beside tenant"));
        }
        if (one && known is null && faults.Count == 0)
        {
            faults.Add(new("policy", "is not known; set it for all first"));
        }
        if (one && (body.Mode ?? (object?)body.WhenAway ?? body.Endpoints) is not null)
        {
            faults.Add(
                new("mode", "with whenAway and endpoints is for the policy, not for one caller")
            );
        }
        if (body.Limit is null && known is null)
        {
            faults.Add(new("limit", "must be there"));
        }
        var settings = Merge(body, known?.Settings ?? RateLimitSettings.Default);
        faults.AddRange(settings.Faults().Select(f => new BatchError(f.Field, f.Message)));
        if (faults.Count > 0)
        {
            return Problems.Invalid(faults, faults.Count, malformed: false);
        }
        var caller = context.GetCaller();
        return await store.SaveAsync(
            body.Policy!,
            body.Tenant,
            body.KeyId,
            settings,
            $"{caller.Tenant} / {caller.KeyName}",
            cancellationToken
        )
            ? Results.Ok(RateLimitAnswer.Of(body.Policy!, body.Tenant, body.KeyId, settings))
            : Problems.NotFound(body.Tenant is not null ? "tenant" : "key");
    }

    private static async Task<IResult> RemoveAsync(
        string policy,
        string? tenant,
        Guid? keyId,
        RateLimitStore store,
        CancellationToken cancellationToken
    ) =>
        await store.RemoveAsync(policy, tenant, keyId, cancellationToken)
            ? Results.NoContent()
            : Problems.NotFound("rate limit that was set");

    private static async Task<IResult> ResetAsync(
        string policy,
        string key,
        RateLimitStore store,
        RateLimitRules rules,
        CancellationToken cancellationToken
    )
    {
        if (!rules.Current.Policies.ContainsKey(policy))
        {
            return Problems.NotFound("policy");
        }
        if (!RateLimitSubject.TryParse(key, out var subject))
        {
            return Problems.Invalid(
                "key",
                "must be 'key:' or 'user:' with the id of a key, or 'address:' with an address"
            );
        }
        await store.ResetAsync(policy, subject, cancellationToken);
        return Results.NoContent();
    }

    private static RateLimitSettings Merge(RateLimitBody body, RateLimitSettings former) =>
        new(
            body.Limit ?? former.Permits,
            body.PeriodSeconds is { } seconds and >= 0 and < 1e9 ? TimeSpan.FromSeconds(seconds)
                : body.PeriodSeconds is null ? former.Period
                : TimeSpan.Zero,
            body.Burst ?? body.Limit ?? former.Burst,
            Present(body.PerMinute, former.PerMinute),
            Present(body.PerHour, former.PerHour),
            Present(body.PerDay, former.PerDay),
            body.Mode ?? former.Mode,
            body.WhenAway ?? former.WhenAway,
            body.Endpoints ?? former.Endpoints
        );

    private static int? Present(int? named, int? former) =>
        named switch
        {
            null => former,
            0 => null,
            _ => named,
        };
}
