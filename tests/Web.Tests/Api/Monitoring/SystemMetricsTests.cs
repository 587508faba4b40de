using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Jobs.Web.Tests.Api.Monitoring;

public sealed class SystemMetricsTests(WebHost web)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_request_is_counted_once_under_its_route_with_its_status()
    {
        using var admin = web.WithKey(WebHost.AdminKey);
        using var tenant = await web.NewTenantAsync(Stop);
        var id = await tenant.SubmitAndEndAsync("{}");
        var before = await EndpointAsync(admin, "/api/v1/batch/jobs/{id:guid}/errors", "GET");

        for (var n = 0; n < 20; n++)
        {
            (await tenant.Client.GetAsync($"/api/v1/batch/jobs/{id}/errors", Stop)).Dispose();
        }
        for (var n = 0; n < 5; n++)
        {
            (
                await tenant.Client.GetAsync(
                    $"/api/v1/batch/jobs/{Guid.CreateVersion7()}/errors",
                    Stop
                )
            ).Dispose();
        }
        var after = await EndpointAsync(admin, "/api/v1/batch/jobs/{id:guid}/errors", "GET");

        Count(after, "200").ShouldBe(Count(before, "200") + 20);
        Count(after, "404").ShouldBe(Count(before, "404") + 5);
        var figures = after!.Value.GetProperty("figures");
        figures
            .GetProperty("timed")
            .GetInt64()
            .ShouldBe(figures.GetProperty("requests").GetInt64());
        figures.GetProperty("p99Ms").GetDouble().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_hundred_paths_without_a_route_are_one_line()
    {
        using var admin = web.WithKey(WebHost.AdminKey);
        using var client = web.Anonymous();
        var before = await EndpointAsync(admin, "unmatched", "GET");
        for (var n = 0; n < 100; n++)
        {
            (await client.GetAsync($"/no-such-path-{n}/{n}", Stop)).Dispose();
        }

        var after = await EndpointAsync(admin, "unmatched", "GET");

        (Count(after, "404") - Count(before, "404")).ShouldBeGreaterThanOrEqualTo(100);
        var report = await ReadAsync(admin, "5m");
        report.ToString().ShouldNotContain("no-such-path", Case.Sensitive);
    }

    [Fact]
    public async Task What_was_held_on_request_is_counted_and_not_timed()
    {
        using var admin = web.WithKey(WebHost.AdminKey);
        using var tenant = await web.NewTenantAsync(Stop);
        var batch = await tenant.SubmitAsync("""{"gate":"held-metrics"}""");
        var waiting = tenant.EndAsync(batch.GetProperty("id").GetString()!);
        web.Open("held-metrics");
        await waiting;

        var route = await EndpointAsync(admin, "/api/v1/batch/jobs/{id:guid}", "GET");

        var figures = route!.Value.GetProperty("figures");
        figures
            .GetProperty("timed")
            .GetInt64()
            .ShouldBeLessThan(figures.GetProperty("requests").GetInt64());
    }

    [Fact]
    public async Task Only_administrators_read_and_reset_them()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        using var read = await tenant.Client.GetAsync("/api/v1/system/metrics", Stop);
        using var reset = await tenant.Client.PostAsync("/api/v1/system/metrics/reset", null, Stop);
        using var nobody = await web.Anonymous().GetAsync("/api/v1/system/metrics", Stop);

        read.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        reset.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        nobody.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("59s")]
    [InlineData("25h")]
    [InlineData("m")]
    [InlineData("-5m")]
    [InlineData("5")]
    public async Task A_window_that_is_none_names_the_rule(string window)
    {
        using var admin = web.WithKey(WebHost.AdminKey);
        using var answer = await admin.GetAsync($"/api/v1/system/metrics?window={window}", Stop);

        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await answer.Content.ReadAsStringAsync(Stop)).ShouldContain("from 60s to 24h");
    }

    private static async Task<JsonElement> ReadAsync(HttpClient admin, string window) =>
        await admin.GetFromJsonAsync<JsonElement>($"/api/v1/system/metrics?window={window}", Stop);

    private static async Task<JsonElement?> EndpointAsync(
        HttpClient admin,
        string route,
        string method
    )
    {
        foreach (
            var endpoint in (await ReadAsync(admin, "24h"))
                .GetProperty("endpoints")
                .EnumerateArray()
        )
        {
            if (
                endpoint.GetProperty("route").GetString() == route
                && endpoint.GetProperty("method").GetString() == method
            )
            {
                return endpoint;
            }
        }
        return null;
    }

    private static long Count(JsonElement? endpoint, string status) =>
        endpoint is { } e && e.GetProperty("statuses").TryGetProperty(status, out var count)
            ? count.GetInt64()
            : 0;
}
