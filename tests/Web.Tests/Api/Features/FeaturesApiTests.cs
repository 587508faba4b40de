using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Jobs.Testing;
using Microsoft.AspNetCore.Mvc.Testing;

namespace Jobs.Web.Tests.Api.Features;

/// <summary>Switches over HTTP, on a host of their own: what is off is off for all.</summary>
public sealed class FeaturesApiTests(WebHost work) : IAsyncLifetime
{
    private readonly TestFolder folder = new();
    private TestDatabase database = null!;
    private WebApplicationFactory<Program> web = null!;
    private HttpClient admin = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CreateAsync(migrated: true, Stop);
        web = WebHost.Create(database.ConnectionString, folder.Location, work);
        web.StartServer();
        admin = web.CreateClient();
        admin.DefaultRequestHeaders.Add("X-API-Key", WebHost.AdminKey);
    }

    public async ValueTask DisposeAsync()
    {
        admin.Dispose();
        await web.DisposeAsync();
        await database.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task What_is_switched_off_answers_503_with_a_problem_of_its_own_type()
    {
        await PutAsync("""{"batch":false,"notifications":false}""");

        foreach (
            var (method, path) in ((string, string)[])
                [
                    ("POST", "/api/v1/batch/jobs"),
                    ("POST", "/api/v1/batch/queries/async"),
                    ("POST", "/api/v1/batch/cache/warm"),
                    ("GET", "/api/v1/notifications"),
                    ("GET", "/api/v1/notifications/count"),
                ]
        )
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            if (method == "POST")
            {
                request.Content = ApiTenant.Json(
                    """{"kind":"work","items":[{}],"queries":[{"q":"a"}]}"""
                );
            }
            using var answer = await admin.SendAsync(request, Stop);
            var problem = await answer.ShouldBeProblemAsync(HttpStatusCode.ServiceUnavailable);
            problem
                .GetProperty("type")
                .GetString()
                .ShouldBe("urn:jobs:problem:feature-disabled", path);
        }

        await PutAsync("""{"batch":null,"notifications":true}""");
        using var accepted = await SubmitAsync();
        accepted.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        using var count = await admin.GetAsync("/api/v1/notifications/count", Stop);
        count.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_kind_that_is_switched_off_is_refused_alone()
    {
        await PutAsync("""{"kinds.work":false}""");

        using var refused = await SubmitAsync();
        var problem = await refused.ShouldBeProblemAsync(HttpStatusCode.ServiceUnavailable);
        problem.GetProperty("feature").GetString().ShouldBe("kinds.work");
        using var other = await admin.PostAsync(
            "/api/v1/batch/queries/async",
            ApiTenant.Json("""{"queries":[{"q":"a"}]}"""),
            Stop
        );
        other.StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task Without_the_cache_answers_are_computed_each_time()
    {
        const string path = "/api/v1/search?q=nothing";
        await CacheAsync(path);
        (await CacheAsync(path)).ShouldBe("HIT");
        await PutAsync("""{"caching":false}""");
        for (var i = 0; i < 2; i++)
        {
            var status = await CacheAsync(path);
            (status == "HIT").ShouldBeFalse();
        }
        await PutAsync("""{"caching":true}""");
        (await CacheAsync(path)).ShouldBe("HIT");
    }

    [Fact]
    public async Task What_was_set_is_listed_with_who_set_it_and_is_in_the_audit()
    {
        var list = await PutAsync("""{"caching":false}""");

        var caching = list.GetProperty("items")
            .EnumerateArray()
            .Single(f => f.GetProperty("name").GetString() == "caching");
        caching.GetProperty("enabled").GetBoolean().ShouldBeFalse();
        caching.GetProperty("configured").GetBoolean().ShouldBeTrue();
        caching.GetProperty("whenOff").GetString().ShouldBe("bypassed");
        caching.GetProperty("setBy").GetString()!.ShouldStartWith("default / ");
        (
            await database.ScalarAsync<string>(
                "select detail ->> 'caching' from jobs.audit where action = 'feature.set'",
                Stop
            )
        ).ShouldBe("off");
    }

    [Theory]
    [InlineData("""{"nothing":true}""", "nothing")]
    [InlineData("""{"kinds.nothing":true}""", "kinds.nothing")]
    [InlineData("""{"batch":"off"}""", "batch")]
    [InlineData("{}", "$")]
    public async Task What_is_no_switch_is_refused(string body, string field)
    {
        using var answer = await admin.PutAsync(
            "/api/v1/system/features",
            ApiTenant.Json(body),
            Stop
        );
        await answer.ShouldBeProblemAsync(HttpStatusCode.UnprocessableEntity, field);
    }

    private async Task<JsonElement> PutAsync(string body)
    {
        using var answer = await admin.PutAsync(
            "/api/v1/system/features",
            ApiTenant.Json(body),
            Stop
        );
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
    }

    private Task<HttpResponseMessage> SubmitAsync() =>
        admin.PostAsync(
            "/api/v1/batch/jobs",
            ApiTenant.Json("""{"kind":"work","items":[{}]}"""),
            Stop
        );

    private async Task<string?> CacheAsync(string path)
    {
        using var answer = await admin.GetAsync(path, Stop);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return answer.Headers.TryGetValues("X-Cache", out var values) ? values.Single() : null;
    }
}
