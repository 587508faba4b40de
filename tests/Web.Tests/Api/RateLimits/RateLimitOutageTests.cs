using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Jobs.Web.Tests.Api.RateLimits;

public sealed class RateLimitOutageTests(LimitedHost host) : RateLimitTest(host)
{
    [Fact]
    public async Task Without_its_database_a_node_limits_by_itself_and_says_what_it_enforces()
    {
        // Nothing listens there.
        var node = Host.Start(
            "Host=127.0.0.1;Port=1;Username=jobs",
            ("Jobs:RateLimits:Policies:api:Permits", "6"),
            ("Jobs:RateLimits:Policies:api:Period", "01:00:00"),
            ("Jobs:RateLimits:Policies:api:Burst", "10")
        );
        using var client = Host.Client(node: node);
        using var first = await client.GetAsync("/api/v1/limits", Stop);
        Number(first, "X-RateLimit-Limit").ShouldBe(10);
        Number(first, "X-RateLimit-Remaining").ShouldBe(9);
        var published = await first.Content.ReadFromJsonAsync<JsonElement>(Stop);
        published
            .GetProperty("rateLimits")
            .EnumerateArray()
            .Single(p => p.GetProperty("policy").GetString() == "api")
            .GetProperty("limit")
            .GetInt32()
            .ShouldBe(6);

        (await ExhaustAsync(client, "/api/v1/limits")).ShouldBe(9);

        using var refused = await client.GetAsync("/api/v1/limits", Stop);
        await refused.ShouldBeProblemAsync(HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter!.Delta!.Value.ShouldBeInRange(
            TimeSpan.FromMinutes(9),
            TimeSpan.FromMinutes(10)
        );
        using var live = await client.GetAsync("/health/live", Stop);
        live.StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
