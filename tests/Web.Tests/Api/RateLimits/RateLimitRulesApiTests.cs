using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Jobs.Web.Http.RateLimits;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jobs.Web.Tests.Api.RateLimits;

public sealed class RateLimitRulesApiTests(LimitedHost host) : RateLimitTest(host)
{
    [Fact]
    public async Task Rules_are_for_administrators()
    {
        var (_, key, _) = await Host.NewKeyAsync(Stop);
        using var client = Host.Client(key);
        using var anonymous = Host.Client();
        (HttpMethod, string)[] calls =
        [
            (HttpMethod.Get, Rules),
            (HttpMethod.Post, Rules),
            (HttpMethod.Delete, $"{Rules}/api"),
            (HttpMethod.Delete, $"{Rules}/api/address:192.0.2.1"),
        ];
        foreach (var (method, path) in calls)
        {
            using var forbidden = await client.SendAsync(
                new HttpRequestMessage(method, path),
                Stop
            );
            await forbidden.ShouldBeProblemAsync(HttpStatusCode.Forbidden);
            using var unknown = await anonymous.SendAsync(
                new HttpRequestMessage(method, path),
                Stop
            );
            await unknown.ShouldBeProblemAsync(HttpStatusCode.Unauthorized);
        }
    }

    [Fact]
    public async Task What_is_set_is_listed_and_can_be_taken_back_and_counters_never_show_a_key()
    {
        var (tenant, key, id) = await Host.NewKeyAsync(Stop);
        using var client = Host.Client(key);
        using var admin = Host.Admin();
        (
            await SetAsync(
                new
                {
                    policy = "query",
                    tenant,
                    limit = 7,
                    burst = 9,
                    perDay = 500,
                }
            )
        ).GetProperty("periodSeconds").GetDouble().ShouldBe(60);
        (await client.GetAsync("/api/v1/batch/jobs", Stop)).Dispose();

        JsonElement list = default;
        await UntilAsync(async () =>
        {
            list = await admin.GetFromJsonAsync<JsonElement>($"{Rules}?limit=200", Stop);
            return Of(list, "overrides").Any(o => o.GetProperty("tenant").GetString() == tenant)
                && Of(list, "counters").Any(c => c.GetProperty("key").GetString() == $"key:{id}");
        });
        var set = Of(list, "overrides").Single(o => o.GetProperty("tenant").GetString() == tenant);
        set.GetProperty("limit").GetInt32().ShouldBe(7);
        set.GetProperty("perDay").GetInt32().ShouldBe(500);
        set.GetProperty("updatedBy").GetString()!.ShouldStartWith("default / ");
        list.ToString().ShouldNotContain(key);
        var api = Of(list, "policies").Single(p => p.GetProperty("policy").GetString() == "api");
        (api.GetProperty("limit").GetInt32(), api.GetProperty("burst").GetInt32()).ShouldBe(
            (100, 150)
        );
        list.GetProperty("counting").GetString().ShouldBe("shared");

        using var removed = await admin.DeleteAsync($"{Rules}/query?tenant={tenant}", Stop);
        removed.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        using var again = await admin.DeleteAsync($"{Rules}/query?tenant={tenant}", Stop);
        await again.ShouldBeProblemAsync(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("""{"policy":"No name","limit":1}""", "policy")]
    [InlineData("""{"limit":1}""", "policy")]
    [InlineData("""{"policy":"new"}""", "limit")]
    [InlineData("""{"policy":"api","limit":0}""", "limit")]
    [InlineData("""{"policy":"api","burst":-1}""", "burst")]
    [InlineData("""{"policy":"api","periodSeconds":0}""", "periodSeconds")]
    [InlineData("""{"policy":"api","periodSeconds":1e300}""", "periodSeconds")]
    [InlineData("""{"policy":"api","perHour":-5}""", "perHour")]
    [InlineData("""{"policy":"api","endpoints":["everything"]}""", "endpoints")]
    [InlineData("""{"policy":"api","tenant":"default","mode":"shadow"}""", "mode")]
    [InlineData("""{"policy":"nobody-knows","tenant":"default","limit":1}""", "policy")]
    public async Task What_breaks_a_rule_is_refused_with_its_field(string body, string field)
    {
        using var admin = Host.Admin();
        using var answer = await admin.PostAsync(Rules, ApiTenant.Json(body), Stop);
        var problem = await answer.ShouldBeProblemAsync(HttpStatusCode.UnprocessableEntity);
        problem.GetProperty("errors").TryGetProperty(field, out _).ShouldBeTrue(body);
    }

    [Fact]
    public async Task Who_and_what_is_not_there_is_not_found()
    {
        await SetAsync(
            new
            {
                policy = "api",
                tenant = "nobody",
                limit = 1,
            },
            HttpStatusCode.NotFound
        );
        await SetAsync(
            new
            {
                policy = "api",
                keyId = Guid.Empty,
                limit = 1,
            },
            HttpStatusCode.NotFound
        );
        using var admin = Host.Admin();
        using var policy = await admin.DeleteAsync($"{Rules}/nothing/address:192.0.2.1", Stop);
        await policy.ShouldBeProblemAsync(HttpStatusCode.NotFound);
        using var key = await admin.DeleteAsync($"{Rules}/api/nonsense", Stop);
        await key.ShouldBeProblemAsync(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task The_limits_that_are_published_have_them_too()
    {
        using var client = Host.Client();
        var limits = await client.GetFromJsonAsync<JsonElement>("/api/v1/limits", Stop);

        limits.GetProperty("queriesAtOnce").GetInt32().ShouldBe(8);
        var upload = Of(limits, "rateLimits")
            .Single(l => l.GetProperty("policy").GetString() == "upload");
        upload.GetProperty("limit").GetInt32().ShouldBe(20);
        upload.GetProperty("perHour").GetInt32().ShouldBe(1_000);
    }

    [Fact]
    public void Every_endpoint_says_what_it_is_limited_by()
    {
        var endpoints = Host
            .Services.GetRequiredService<EndpointDataSource>()
            .Endpoints.OfType<RouteEndpoint>()
            .ToList();

        endpoints.Count.ShouldBeGreaterThan(50);
        endpoints
            .Where(e =>
                e.Metadata.GetMetadata<LimitedBy>() is null
                && e.Metadata.GetMetadata<DisableRateLimitingAttribute>() is null
            )
            .Select(e => e.DisplayName)
            .ShouldBeEmpty();
    }

    private static IEnumerable<JsonElement> Of(JsonElement answer, string name) =>
        answer.GetProperty(name).EnumerateArray();
}
