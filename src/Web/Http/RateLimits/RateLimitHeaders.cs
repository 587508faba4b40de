using System.Globalization;
using System.Text;
using Jobs.RateLimiting;

namespace Jobs.Web.Http.RateLimits;

/// <summary>
/// Tells a caller where it stands: <c>X-RateLimit-*</c> about the window that leaves the least, and the fields of the
/// IETF draft (draft-ietf-httpapi-ratelimit-headers, revision 10), which name every window that is enforced.
/// </summary>
internal static class RateLimitHeaders
{
    public static void Add(HttpContext context, string policy, RateLimitStanding standing) =>
        // At the last moment: what fails on the way clears the headers.
        context.Response.OnStarting(() =>
        {
            Write(context, policy, standing);
            return Task.CompletedTask;
        });

    private static void Write(HttpContext context, string policy, RateLimitStanding standing)
    {
        var headers = context.Response.Headers;
        var window = standing.Window;
        var full = Seconds(standing.Full);
        var now = context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        headers["X-RateLimit-Limit"] = Number(Math.Max(window.Permits, window.Burst));
        headers["X-RateLimit-Remaining"] = Number(standing.Remaining);
        headers["X-RateLimit-Reset"] = Number(now.ToUnixTimeSeconds() + full);
        headers["RateLimit-Policy"] = PolicyOf(policy, standing.Windows);
        headers["RateLimit"] =
            $"\"{policy}{window.Suffix}\";r={Number(standing.Remaining)};t={Number(full)}";
    }

    // The burst is a parameter of our own, where it is not the quota.
    private static string PolicyOf(string policy, IReadOnlyList<RateWindow> windows)
    {
        var text = new StringBuilder();
        foreach (var window in windows)
        {
            var seconds = Math.Max(1, (long)Math.Round(window.Period.TotalSeconds));
            text.Append(CultureInfo.InvariantCulture, $"{(text.Length > 0 ? ", " : "")}")
                .Append(
                    CultureInfo.InvariantCulture,
                    $"\"{policy}{window.Suffix}\";q={window.Permits};w={seconds}"
                );
            if (window.Burst != window.Permits)
            {
                text.Append(CultureInfo.InvariantCulture, $";burst={window.Burst}");
            }
        }
        return text.ToString();
    }

    private static long Seconds(TimeSpan span) => (long)Math.Ceiling(span.TotalSeconds);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
