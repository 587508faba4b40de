using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Jobs.Web.Tests.Api;

/// <summary>Pause, resume, retry, time limits and followers over HTTP.</summary>
public sealed class SteerApiTests(WebHost web)
{
    private const string Jobs = "/api/v1/batch/jobs";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_batch_is_paused_and_resumed_and_a_repeat_is_said()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        var gate = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString();
        var id = await SubmitAsync(
            tenant,
            $$$"""{"kind":"work","items":[{"gate":"{{{gate}}}"}],"options":{"notBefore":"2100-01-01T00:00:00Z"}}"""
        );

        (await SteerAsync(tenant, id, "pause")).ShouldBe((HttpStatusCode.Accepted, "paused"));
        (await SteerAsync(tenant, id, "pause")).ShouldBe((HttpStatusCode.OK, "paused"));
        (await SteerAsync(tenant, id, "resume")).ShouldBe((HttpStatusCode.Accepted, "queued"));
        (await SteerAsync(tenant, id, "resume")).ShouldBe((HttpStatusCode.OK, "queued"));
        (await SteerAsync(tenant, id, "cancel")).ShouldBe((HttpStatusCode.Accepted, "cancelled"));
        foreach (var verb in (string[])["pause", "resume"])
        {
            using var answer = await tenant.Client.PostAsync($"{Jobs}/{id}/{verb}", null, Stop);
            await ProblemAssertions.ShouldBeProblemAsync(answer, HttpStatusCode.Conflict);
        }
    }

    [Fact]
    public async Task Failed_items_are_retried_in_place()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        var id = await tenant.SubmitAndEndAsync(
            "{}",
            "{\"fail\":\"broken\"}",
            "{\"fail\":\"odd\"}",
            "{\"fail\":\"odd\"}"
        );

        var dry = await RetryAsync(tenant, id, "{\"dryRun\":true,\"errorCode\":\"odd\"}");
        dry.GetProperty("retried").GetInt32().ShouldBe(2);
        dry.GetProperty("state").GetString().ShouldBe("completed");
        var retried = await RetryAsync(tenant, id, null);
        retried.GetProperty("retried").GetInt32().ShouldBe(3);
        retried.GetProperty("id").GetString().ShouldBe(id);
        var ended = await tenant.EndAsync(id);
        ended.GetProperty("counts").GetProperty("failed").GetInt32().ShouldBe(3);
        var results = await tenant.Client.GetStringAsync($"{Jobs}/{id}/results", Stop);
        results
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => JsonElement.Parse(l).GetProperty("attempts").GetInt32())
            .ShouldBe([1, 2, 2, 2]);
        var errors = await tenant.GetAsync($"{Jobs}/{id}/errors");
        errors
            .GetProperty("errors")
            .EnumerateArray()
            .Select(e => e.GetProperty("count").GetInt32())
            .ShouldBe([2, 1]);
    }

    [Theory]
    [InlineData("{\"status\":\"succeeded\"}", HttpStatusCode.UnprocessableEntity)]
    [InlineData(
        "{\"status\":\"cancelled\",\"errorCode\":\"a\"}",
        HttpStatusCode.UnprocessableEntity
    )]
    [InlineData("{\"errorCode\":\"a\\u0000\"}", HttpStatusCode.UnprocessableEntity)]
    [InlineData("{\"dryrum\":true}", HttpStatusCode.BadRequest)]
    [InlineData("{\"dryRun\":1}", HttpStatusCode.BadRequest)]
    [InlineData("{", HttpStatusCode.BadRequest)]
    public async Task A_retry_that_breaks_a_rule_is_refused_and_does_nothing(
        string body,
        HttpStatusCode status
    )
    {
        using var tenant = await web.NewTenantAsync(Stop);
        var id = await tenant.SubmitAndEndAsync("{\"fail\":\"broken\"}");
        using var answer = await tenant.Client.PostAsync(
            $"{Jobs}/{id}/retry",
            ApiTenant.Json(body),
            Stop
        );
        await ProblemAssertions.ShouldBeProblemAsync(answer, status);
        (await tenant.GetAsync($"{Jobs}/{id}"))
            .GetProperty("state")
            .GetString()
            .ShouldBe("completed");
    }

    [Fact]
    public async Task Another_tenants_batch_is_not_found_whatever_is_done_to_it()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        using var other = await web.NewTenantAsync(Stop);
        var id = await tenant.SubmitAndEndAsync("{\"fail\":\"broken\"}");
        foreach (var verb in (string[])["pause", "resume", "retry"])
        {
            using var answer = await other.Client.PostAsync($"{Jobs}/{id}/{verb}", null, Stop);
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }
        using var following = await other.Client.PostAsync(
            Jobs,
            ApiTenant.Json($$"""{"kind":"work","items":[{}],"after":"{{id}}"}"""),
            Stop
        );
        following.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await following.Content.ReadAsStringAsync(Stop)).ShouldContain("\"after\":[");
    }

    [Fact]
    public async Task A_batch_that_needs_the_success_of_another_is_cancelled_when_that_fails()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        var first = await tenant.SubmitAndEndAsync("{\"fail\":\"broken\"}");
        var any = await SubmitAsync(
            tenant,
            $$"""{"kind":"work","items":[{}],"after":"{{first}}"}"""
        );
        var needing = await SubmitAsync(
            tenant,
            $$"""{"kind":"work","items":[{}],"after":"{{first}}","afterPolicy":"succeeded"}"""
        );
        (await tenant.EndAsync(any)).GetProperty("state").GetString().ShouldBe("completed");
        (await tenant.EndAsync(needing)).GetProperty("state").GetString().ShouldBe("cancelled");
    }

    [Fact]
    public async Task A_batch_that_is_not_done_in_its_time_expires()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        var id = await SubmitAsync(
            tenant,
            """{"kind":"work","items":[{},{}],"options":{"notBefore":"2100-01-01T00:00:00Z","expiresAfterSeconds":1}}"""
        );
        var ended = await tenant.EndAsync(id);
        ended.GetProperty("state").GetString().ShouldBe("expired");
        ended.GetProperty("counts").GetProperty("cancelled").GetInt32().ShouldBe(2);
    }

    [Theory]
    [InlineData("\"after\":\"x\"")]
    [InlineData("\"afterPolicy\":\"succeeded\"")]
    [InlineData("\"after\":\"0198f2f0-0000-7000-8000-000000000000\",\"afterPolicy\":\"some\"")]
    [InlineData("\"options\":{\"expiresAfterSeconds\":0}")]
    public async Task What_a_batch_waits_for_must_make_sense(string field)
    {
        using var tenant = await web.NewTenantAsync(Stop);
        using var answer = await tenant.Client.PostAsync(
            Jobs,
            ApiTenant.Json($$"""{"kind":"work","items":[{}],{{field}}}"""),
            Stop
        );
        await ProblemAssertions.ShouldBeProblemAsync(answer, HttpStatusCode.UnprocessableEntity);
    }

    private static async Task<string> SubmitAsync(ApiTenant tenant, string body)
    {
        using var answer = await tenant.Client.PostAsync(Jobs, ApiTenant.Json(body), Stop);
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop))
            .GetProperty("id")
            .GetString()!;
    }

    private static async Task<(HttpStatusCode, string?)> SteerAsync(
        ApiTenant tenant,
        string id,
        string verb
    )
    {
        using var answer = await tenant.Client.PostAsync($"{Jobs}/{id}/{verb}", null, Stop);
        var status = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        return (answer.StatusCode, status.GetProperty("state").GetString());
    }

    private static async Task<JsonElement> RetryAsync(ApiTenant tenant, string id, string? body)
    {
        using var content = body is null ? null : ApiTenant.Json(body);
        using var answer = await tenant.Client.PostAsync($"{Jobs}/{id}/retry", content, Stop);
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
    }
}
