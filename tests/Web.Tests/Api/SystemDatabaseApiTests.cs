using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Jobs.Testing;

namespace Jobs.Web.Tests.Api;

/// <summary>How the database is, and looking after it, over HTTP.</summary>
public sealed class SystemDatabaseApiTests(WebHost web)
{
    private const string Database = "/api/v1/system/database";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET", "/stats")]
    [InlineData("POST", "/optimize")]
    public async Task It_is_for_administrators(string method, string path)
    {
        using var tenant = await web.NewTenantAsync(Stop);
        using var request = new HttpRequestMessage(new HttpMethod(method), Database + path);

        using var answer = await tenant.Client.SendAsync(request, Stop);

        await answer.ShouldBeProblemAsync(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Statistics_come_with_what_to_do()
    {
        using var admin = web.WithKey(WebHost.AdminKey);

        var stats = await admin.GetFromJsonAsync<JsonElement>($"{Database}/stats", Stop);

        stats.GetProperty("sizeBytes").GetInt64().ShouldBeGreaterThan(0);
        stats
            .GetProperty("tables")
            .EnumerateArray()
            .ShouldContain(t => t.GetProperty("name").GetString() == "batches");
        foreach (var recommendation in stats.GetProperty("recommendations").EnumerateArray())
        {
            recommendation.GetProperty("message").GetString().ShouldNotBeNullOrEmpty();
            recommendation
                .GetProperty("severity")
                .GetString()
                .ShouldBeOneOf("info", "warning", "critical");
        }
    }

    [Fact]
    public async Task Optimize_is_a_batch_that_ends_and_leaves_a_trace()
    {
        using var admin = web.WithKey(WebHost.AdminKey);
        using var answer = await admin.PostAsync(
            $"{Database}/optimize",
            ApiTenant.Json("""{"actions":["analyze"]}"""),
            Stop
        );

        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var status = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        status.GetProperty("kind").GetString().ShouldBe("maintenance");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(EngineHost.Patience);
        while (status.GetProperty("finishedAt").ValueKind == JsonValueKind.Null)
        {
            using var ask = new HttpRequestMessage(HttpMethod.Get, answer.Headers.Location);
            ask.Headers.Add("Prefer", "wait=5");
            using var now = await admin.SendAsync(ask, limit.Token);
            status = await now.Content.ReadFromJsonAsync<JsonElement>(limit.Token);
        }
        status.GetProperty("outcome").GetString().ShouldBe("succeeded");
        var trace = await admin.GetFromJsonAsync<JsonElement>(
            "/api/v1/system/audit?action=database.optimize&limit=1",
            Stop
        );
        trace
            .GetProperty("items")
            .EnumerateArray()
            .ShouldHaveSingleItem()
            .GetProperty("outcome")
            .GetString()
            .ShouldBe("done");
    }

    [Theory]
    [InlineData("""{"actions":[]}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"actions":["drop"]}""", HttpStatusCode.BadRequest)]
    public async Task Actions_that_are_none_are_refused(string body, HttpStatusCode status)
    {
        using var admin = web.WithKey(WebHost.AdminKey);

        using var answer = await admin.PostAsync(
            $"{Database}/optimize",
            ApiTenant.Json(body),
            Stop
        );

        await answer.ShouldBeProblemAsync(status);
    }
}
