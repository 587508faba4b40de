using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Jobs.Caching;
using Jobs.Kinds;
using Jobs.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Jobs.Web.Tests.Api.Caching;

/// <summary>The cache over HTTP.</summary>
public sealed class CacheApiTests(WebHost web)
{
    private const string Get = "/api/v1/batch/cache/get";
    private const string Remove = "/api/v1/batch/cache";
    private const string Webhooks = "/api/v1/cache/webhooks";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private CacheStore Store => web.Services.GetRequiredService<CacheStore>();

    [Fact]
    public async Task Many_keys_are_read_at_once_and_another_tenants_are_missing()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        using var other = await web.NewTenantAsync(Stop);
        var scope = Store.Scope(CacheNamespaces.Content, tenant.Id);
        await scope.SetAsync("text", "value", cancellationToken: Stop);
        await scope.SetAsync("object", new { n = 1 }, cancellationToken: Stop);
        await scope.SetAsync("bytes", new byte[] { 1, 2, 3 }, cancellationToken: Stop);
        const string Body =
            """{"keys":["content:text","content:object","content:bytes","content:none","content:text"]}""";

        var found = await PostAsync(tenant.Client, Get, Body);
        found
            .GetProperty("found")
            .GetRawText()
            .ShouldBe(
                """{"content:text":"value","content:object":{"n":1},"content:bytes":"AQID"}"""
            );
        found.GetProperty("missing").GetRawText().ShouldBe("""["content:none"]""");
        (await PostAsync(other.Client, Get, Body))
            .GetProperty("missing")
            .GetArrayLength()
            .ShouldBe(4);
    }

    [Fact]
    public async Task Keys_tags_and_prefixes_remove_what_there_is_and_say_how_much()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        using var other = await web.NewTenantAsync(Stop);
        foreach (var owner in (ApiTenant[])[tenant, other])
        {
            var scope = Store.Scope(CacheNamespaces.Content, owner.Id);
            foreach (var name in (string[])["a1", "a2", "b1", "c1"])
            {
                await scope.SetAsync(name, name, tags: [name[..1]], cancellationToken: Stop);
            }
        }

        (await RemovedAsync(tenant.Client, """{"keys":["content:a1","content:none"]}""")).ShouldBe(
            1
        );
        (await RemovedAsync(tenant.Client, """{"tags":["b"]}""")).ShouldBe(1);
        (await RemovedAsync(tenant.Client, """{"tags":["b"]}""")).ShouldBe(0);
        (await RemovedAsync(tenant.Client, """{"prefix":"content:a"}""")).ShouldBe(1);
        (
            await PostAsync(
                tenant.Client,
                Get,
                """{"keys":["content:a1","content:a2","content:b1","content:c1"]}"""
            )
        )
            .GetProperty("missing")
            .GetArrayLength()
            .ShouldBe(3);
        (
            await Store.Scope(CacheNamespaces.Content, other.Id).FindAsync<string>("a1", Stop)
        ).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("""{"keys":[]}""", "keys")]
    [InlineData("""{"keys":["content:a","plain"]}""", "keys[1]")]
    [InlineData("""{"tags":["a",""]}""", "tags[1]")]
    [InlineData("""{"prefix":"a\u0000"}""", "prefix")]
    [InlineData("""{"tags":["a"],"prefix":"b"}""", "$")]
    [InlineData("""{}""", "$")]
    public async Task What_breaks_a_rule_is_refused_by_name(string body, string field)
    {
        using var tenant = await web.NewTenantAsync(Stop);
        using var answer = await SendAsync(tenant.Client, HttpMethod.Delete, Remove, body);
        await answer.ShouldBeProblemAsync(HttpStatusCode.UnprocessableEntity, field);
    }

    [Fact]
    public async Task An_administrator_sees_the_statistics_and_invalidates_for_all_tenants()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        using var admin = web.WithKey(WebHost.AdminKey);
        var scope = Store.Scope("of_statistics", tenant.Id);
        await scope.SetAsync("a", 1, tags: ["of-all"], cancellationToken: Stop);
        await scope.FindAsync<int>("a", Stop);

        var stats = await admin.GetFromJsonAsync<JsonElement>("/api/v1/system/cache/stats", Stop);
        var own = stats
            .GetProperty("namespaces")
            .EnumerateArray()
            .Single(n => n.GetProperty("namespace").GetString() == "of_statistics");
        own.GetProperty("memoryHits").GetInt64().ShouldBe(1);
        own.GetProperty("hitRate").GetDouble().ShouldBe(1);
        own.GetProperty("entries").GetInt32().ShouldBe(1);
        stats.GetProperty("sharedAvailable").GetBoolean().ShouldBeTrue();
        stats.GetProperty("sharedWrites").GetProperty("count").GetInt64().ShouldBeGreaterThan(0);

        (await PostAsync(admin, "/api/v1/system/cache/invalidate", """{"tags":["of-all"]}"""))
            .GetProperty("removed")
            .GetInt64()
            .ShouldBe(1);
        (await scope.FindAsync<int>("a", Stop)).ShouldBeNull();

        using var cleanup = await admin.PostAsync("/api/v1/system/cache/cleanup", null, Stop);
        cleanup.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        cleanup.Headers.Location.ShouldNotBeNull();
        foreach (
            var (method, path) in (IEnumerable<(HttpMethod, string)>)
                [
                    (HttpMethod.Get, "stats"),
                    (HttpMethod.Post, "invalidate"),
                    (HttpMethod.Delete, "clear"),
                    (HttpMethod.Post, "cleanup"),
                ]
        )
        {
            using var refused = await SendAsync(
                tenant.Client,
                method,
                $"/api/v1/system/cache/{path}",
                "{}"
            );
            await refused.ShouldBeProblemAsync(HttpStatusCode.Forbidden);
        }
    }

    [Fact]
    public async Task A_subscription_is_kept_for_its_tenant_and_gets_a_message_a_second_at_most()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        using var other = await web.NewTenantAsync(Stop);
        var added = await PostAsync(
            tenant.Client,
            Webhooks,
            """{"url":"https://example.com/hook","tags":["red","blue"]}"""
        );
        var id = added.GetProperty("id").GetString();
        foreach (
            var (body, field) in (IEnumerable<(string, string)>)
                [
                    ("""{"url":"http://127.0.0.1/","tags":["a"]}""", "url"),
                    ("""{"tags":["a"]}""", "url"),
                    ("""{"url":"https://example.com/"}""", "tags"),
                ]
        )
        {
            using var refused = await tenant.Client.PostAsync(Webhooks, ApiTenant.Json(body), Stop);
            await refused.ShouldBeProblemAsync(HttpStatusCode.UnprocessableEntity, field);
        }

        await Store.RemoveByTagAsync(tenant.Id, ["red", "green"], Stop);
        await Store.RemoveByTagAsync(tenant.Id, ["blue"], Stop);
        await Store.RemoveByTagAsync(other.Id, ["red"], Stop);

        var bodies = await web.Database.ScalarAsync<string>(
            "select string_agg(body ->> 'tags', ';' order by version) from jobs.webhook_deliveries where batch_id = $1",
            Stop,
            Guid.Parse(id!)
        );
        // One message, or two where a second went by between.
        bodies!.Replace("];[", ", ", StringComparison.Ordinal).ShouldContain("red");
        bodies.ShouldContain("blue");
        bodies.ShouldNotContain("green");
        var deliveries = (await tenant.GetAsync($"{Webhooks}/{id}/deliveries")).GetProperty(
            "items"
        );
        deliveries.GetArrayLength().ShouldBeInRange(1, 2);
        (await other.GetAsync(Webhooks)).GetProperty("items").GetArrayLength().ShouldBe(0);
        using (var missing = await other.Client.DeleteAsync($"{Webhooks}/{id}", Stop))
        {
            await missing.ShouldBeProblemAsync(HttpStatusCode.NotFound);
        }
        using (var gone = await tenant.Client.DeleteAsync($"{Webhooks}/{id}", Stop))
        {
            gone.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        }
        (
            await web.Database.ScalarAsync<long>(
                "select count(*) from jobs.webhook_deliveries where batch_id = $1",
                Stop,
                Guid.Parse(id!)
            )
        ).ShouldBe(0);
    }

    [Fact]
    public async Task The_description_of_the_api_comes_from_the_cache()
    {
        using var client = web.Anonymous();
        using (await client.GetAsync("/openapi/v1.json", Stop)) { }
        using var again = await client.GetAsync("/openapi/v1.json", Stop);
        again.Headers.GetValues("X-Cache").Single().ShouldBe("HIT");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/openapi/v1.json");
        request.Headers.IfNoneMatch.Add(again.Headers.ETag!);
        using var known = await client.SendAsync(request, Stop);
        known.StatusCode.ShouldBe(HttpStatusCode.NotModified);
    }

    [Fact]
    public async Task Queries_that_warm_the_cache_become_a_batch_where_the_kind_is_known()
    {
        const string Path = "/api/v1/batch/cache/warm";
        const string Body = """{"queries":[{"q":"a"},{"q":"b"}],"ttlSeconds":60,"tags":["t"]}""";
        using var tenant = await web.NewTenantAsync(Stop);
        var known = web.Services.GetRequiredService<KindRegistry>().TryGet("warm", out _);
        using var folder = new TestFolder();
        await using var other = WebHost
            .Create(web.Database.ConnectionString, folder.Location, web)
            .WithWebHostBuilder(builder =>
                builder
                    .UseSetting("Jobs:Engine:Enabled", "false")
                    .ConfigureTestServices(services =>
                    {
                        if (!known)
                        {
                            services.AddKind<WorkHandler>("warm");
                        }
                    })
            );
        other.UseKestrel(0);
        other.StartServer();
        using var client = new HttpClient { BaseAddress = other.ClientOptions.BaseAddress };
        client.DefaultRequestHeaders.Add(
            "X-API-Key",
            tenant.Client.DefaultRequestHeaders.GetValues("X-API-Key")
        );

        using var answer = await client.PostAsync(Path, ApiTenant.Json(Body), Stop);
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        answer.Headers.Location.ShouldNotBeNull();
        var status = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        status.GetProperty("kind").GetString().ShouldBe("warm");
        status.GetProperty("counts").GetProperty("total").GetInt32().ShouldBe(2);
        foreach (
            var (body, field) in (IEnumerable<(string, string)>)
                [
                    ("""{"queries":[]}""", "queries"),
                    ("""{"queries":[{"q":"a"}],"ttlSeconds":0}""", "ttlSeconds"),
                    ("""{"queries":[{"q":"a"}],"tags":[""]}""", "tags[0]"),
                ]
        )
        {
            using var refused = await client.PostAsync(Path, ApiTenant.Json(body), Stop);
            await refused.ShouldBeProblemAsync(HttpStatusCode.UnprocessableEntity, field);
        }
    }

    private static async Task<long> RemovedAsync(HttpClient client, string body)
    {
        using var answer = await SendAsync(client, HttpMethod.Delete, Remove, body);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop))
            .GetProperty("removed")
            .GetInt64();
    }

    private static async Task<JsonElement> PostAsync(HttpClient client, string path, string body)
    {
        using var answer = await client.PostAsync(path, ApiTenant.Json(body), Stop);
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync(Stop));
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
    }

    private static async Task<HttpResponseMessage> SendAsync(
        HttpClient client,
        HttpMethod method,
        string path,
        string body
    )
    {
        using var request = new HttpRequestMessage(method, path) { Content = ApiTenant.Json(body) };
        return await client.SendAsync(request, Stop);
    }
}
