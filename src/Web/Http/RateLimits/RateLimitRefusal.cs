using System.Globalization;
using Jobs.RateLimiting;
using Microsoft.AspNetCore.Mvc;

namespace Jobs.Web.Http.RateLimits;

/// <summary>Why a request is not answered, as a problem that names the policy and when to come back.</summary>
/// <param name="Policy">With the window that is used up: <c>upload</c>, <c>upload-hour</c>, <c>query-concurrency</c>.</param>
internal sealed record RateLimitRefusal(
    int Status,
    string Policy,
    string Title,
    string Detail,
    TimeSpan RetryAfter
)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WhenBack = TimeSpan.FromSeconds(2);

    public int RetrySeconds => Math.Max(1, (int)Math.Ceiling(RetryAfter.TotalSeconds));

    public static RateLimitRefusal Of(string policy, RateLimitStanding standing)
    {
        var window = standing.Window;
        return new RateLimitRefusal(
            StatusCodes.Status429TooManyRequests,
            policy + window.Suffix,
            "Too many requests",
            string.Create(
                CultureInfo.InvariantCulture,
                $"The rate limit '{policy}{window.Suffix}' allows {window.Permits} requests in {window.Period.TotalSeconds:0.###} s, at most {window.Burst} at once."
            ),
            standing.Retry
        );
    }

    public static RateLimitRefusal AtOnce(int limit) =>
        new(
            StatusCodes.Status429TooManyRequests,
            RateLimitPolicies.QueryConcurrency,
            "Too many requests at once",
            $"The rate limit 'query-concurrency' allows {limit} queries of a tenant at once.",
            Soon
        );

    public static RateLimitRefusal Uncounted(string policy) =>
        new(
            StatusCodes.Status503ServiceUnavailable,
            policy,
            "The rate limit cannot be counted",
            $"The database does not answer, and the rate limit '{policy}' lets nothing through without it.",
            WhenBack
        );

    public async ValueTask WriteAsync(HttpContext context)
    {
        var seconds = RetrySeconds;
        context.Response.StatusCode = Status;
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        var problem = new ProblemDetails
        {
            Status = Status,
            Title = Title,
            Detail = $"{Detail} Try again in {seconds} s.",
        };
        problem.Extensions["policy"] = Policy;
        problem.Extensions["retryAfterSeconds"] = seconds;
        await context
            .RequestServices.GetRequiredService<IProblemDetailsService>()
            .WriteAsync(
                new ProblemDetailsContext { HttpContext = context, ProblemDetails = problem }
            );
    }
}
