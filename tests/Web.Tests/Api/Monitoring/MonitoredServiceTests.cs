using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Jobs.Web.Tests.Api.Monitoring;

/// <summary>What a whole process says of itself: that it adds up, and to whom it is told.</summary>
[Collection(MonitoredService.Collection)]
public sealed class MonitoredServiceTests(MonitoredService service)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_numbers_add_up()
    {
        var before = await service.ScrapeAsync(Stop);
        for (var n = 0; n < 7; n++)
        {
            (await service.Client.GetAsync("/api/v1/limits", Stop)).Dispose();
        }
        for (var n = 0; n < 3; n++)
        {
            (await service.Client.GetAsync("/api/v1/queues?x=y", Stop)).Dispose();
            (await service.Client.PostAsync("/api/v1/queues/none/pause", null, Stop)).Dispose();
        }
        await service.RunAsync(
            "kind=query",
            Enumerable.Range(0, 1234).Select(n => $$"""{"q":"word{{n % 10}}"}"""),
            Stop
        );
        await service.RunAsync("kind=query&priority=high", ["""{"q":"one"}"""], Stop);
        var after = await service.ScrapeAsync(Stop);

        double Grown(string metric, params string[] labels) =>
            MonitoredService.Sum(after, metric, labels)
            - MonitoredService.Sum(before, metric, labels);

        const string Limits = "route=\"/api/v1/limits\"";
        Grown("jobs_http_requests_total", Limits, "status=\"200\"").ShouldBe(7);
        Grown("jobs_http_requests_total", Limits).ShouldBe(7);
        Grown("http_server_request_duration_seconds_count", "http_route=\"/api/v1/limits\"")
            .ShouldBe(7);
        Grown("jobs_http_requests_total", "route=\"/api/v1/queues\"", "status=\"200\"").ShouldBe(3);
        Grown("jobs_http_requests_total", "method=\"POST\"", "status=\"202\"").ShouldBe(2);
        Grown("jobs_items_total", "kind=\"query\"", "outcome=\"succeeded\"").ShouldBe(1235);
        Grown("jobs_items_total", "kind=\"query\"").ShouldBe(1235);
        Grown("jobs_batch_duration_seconds_count", "kind=\"query\"").ShouldBe(2);
        // Pages of at most 500.
        Grown("jobs_chunks_total", "kind=\"query\"", "outcome=\"settled\"").ShouldBe(4);
        Grown("jobs_chunk_duration_seconds_count", "kind=\"query\"").ShouldBe(4);
        MonitoredService
            .Sum(after, "jobs_chunk_duration_seconds_bucket", "kind=\"query\"", "le=\"+Inf\"")
            .ShouldBe(
                MonitoredService.Sum(after, "jobs_chunk_duration_seconds_count", "kind=\"query\"")
            );
        MonitoredService.Sum(after, "jobs_workers").ShouldBe(1);
        MonitoredService.Sum(after, "jobs_database_up").ShouldBe(1);
        MonitoredService.Sum(after, "jobs_database_size_bytes").ShouldBeGreaterThan(1e6);
        MonitoredService.Sum(after, "jobs_metrics_left_out").ShouldBe(0);
        // Pools have names, and are not called by their connection strings.
        after.ShouldNotContain("Host=");
    }

    [Fact]
    public async Task Metrics_are_for_administrators_and_for_who_is_on_the_machine()
    {
        using var client = new HttpClient { BaseAddress = service.Client.BaseAddress };
        async Task<HttpStatusCode> AskAsync(params (string Name, string Value)[] headers)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
            foreach (var (name, value) in headers)
            {
                request.Headers.Add(name, value);
            }
            using var answer = await client.SendAsync(request, Stop);
            return answer.StatusCode;
        }
        (string, string) proxy = ("X-Forwarded-For", "203.0.113.7");
        using var made = await service.Client.PostAsync(
            "/api/v1/keys",
            ApiTenant.Json("""{"tenant":"looks","name":"k","scopes":["read"]}"""),
            Stop
        );
        var key = (await made.Content.ReadFromJsonAsync<JsonElement>(Stop))
            .GetProperty("key")
            .GetString()!;

        (await AskAsync()).ShouldBe(HttpStatusCode.OK);
        (await AskAsync(proxy)).ShouldBe(HttpStatusCode.Unauthorized);
        (await AskAsync(proxy, ("X-API-Key", key))).ShouldBe(HttpStatusCode.Forbidden);
        (await AskAsync(proxy, ("X-API-Key", MonitoredService.AdminKey))).ShouldBe(
            HttpStatusCode.OK
        );
    }
}
