using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Jobs.Testing;

namespace Jobs.Web.Tests.Api;

/// <summary>Queues over HTTP.</summary>
public sealed class QueuesApiTests(WebHost web)
{
    private const string Queues = "/api/v1/queues";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_caller_sees_its_own_and_an_administrator_all()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        using var other = await web.NewTenantAsync(Stop);
        using var admin = web.WithKey(WebHost.AdminKey);
        using var answer = await tenant.Client.PostAsync(
            "/api/v1/batch/jobs",
            ApiTenant.Json(
                """{"kind":"work","priority":"low","items":[{},{},{}],"options":{"notBefore":"2100-01-01T00:00:00Z"}}"""
            ),
            Stop
        );
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);

        var own = (await tenant.GetAsync(Queues))
            .GetProperty("items")
            .EnumerateArray()
            .ShouldHaveSingleItem();
        own.GetProperty("priority").GetString().ShouldBe("low");
        own.GetProperty("kind").GetString().ShouldBe("work");
        own.GetProperty("scheduled").GetInt64().ShouldBe(3);
        own.GetProperty("ready").GetInt64().ShouldBe(0);
        own.GetProperty("oldestAgeMs").ValueKind.ShouldBe(JsonValueKind.Null);
        own.GetProperty("exact").GetBoolean().ShouldBeTrue();
        (await other.GetAsync(Queues)).GetProperty("items").GetArrayLength().ShouldBe(0);
        // The administrators' count may be one of a moment ago, that another test asked for.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(EngineHost.Patience);
        while (!IsAmong(await admin.GetFromJsonAsync<JsonElement>(Queues, limit.Token)))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, limit.Token);
        }
    }

    [Fact]
    public async Task A_priority_is_paused_and_resumed_by_an_administrator_alone()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        using var admin = web.WithKey(WebHost.AdminKey);
        using var refused = await tenant.Client.PostAsync($"{Queues}/low/pause", null, Stop);
        await refused.ShouldBeProblemAsync(HttpStatusCode.Forbidden);
        foreach (var unknown in (string[])["Low", "1", "lowest"])
        {
            using var answer = await admin.PostAsync($"{Queues}/{unknown}/pause", null, Stop);
            await answer.ShouldBeProblemAsync(HttpStatusCode.NotFound);
        }
        try
        {
            (await SteerAsync(admin, "low/pause")).ShouldBe((HttpStatusCode.Accepted, true));
            (await SteerAsync(admin, "low/pause")).ShouldBe((HttpStatusCode.OK, true));
            var seen = (await tenant.GetAsync(Queues)).GetProperty("priorities");
            seen[2].GetProperty("priority").GetString().ShouldBe("low");
            seen[2].GetProperty("paused").GetBoolean().ShouldBeTrue();
            seen[2].TryGetProperty("pausedBy", out _).ShouldBeFalse();
            seen[0].GetProperty("paused").GetBoolean().ShouldBeFalse();
            var known = await admin.GetFromJsonAsync<JsonElement>(Queues, Stop);
            known
                .GetProperty("priorities")[2]
                .GetProperty("pausedBy")
                .GetString()
                .ShouldNotBeNullOrEmpty();
        }
        finally
        {
            (await SteerAsync(admin, "low/resume")).ShouldBe((HttpStatusCode.Accepted, false));
        }
        (await SteerAsync(admin, "low/resume")).ShouldBe((HttpStatusCode.OK, false));
    }

    private static bool IsAmong(JsonElement queues) =>
        queues
            .GetProperty("items")
            .EnumerateArray()
            .Any(q =>
                q.GetProperty("kind").GetString() == "work"
                && q.GetProperty("scheduled").GetInt64() >= 3
            );

    private static async Task<(HttpStatusCode Status, bool Paused)> SteerAsync(
        HttpClient client,
        string path
    )
    {
        using var answer = await client.PostAsync($"{Queues}/{path}", null, Stop);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        return (answer.StatusCode, body.GetProperty("paused").GetBoolean());
    }
}
