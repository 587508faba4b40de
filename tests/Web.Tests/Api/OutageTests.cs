using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Jobs.Database;
using Jobs.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Jobs.Web.Tests.Api;

/// <summary>PostgreSQL is stopped under a running host, and comes back.</summary>
public sealed class OutageTests(WebHost web)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_needs_the_database_is_told_to_come_back_and_work_goes_on_when_it_is_there()
    {
        using var cluster = new TestFolder();
        using var data = new TestFolder();
        var server = await StartAsync(cluster);
        try
        {
            await using var host = WebHost.Create(server.ConnectionString, data.Location, web);
            host.StartServer();
            using var client = new HttpClient { BaseAddress = host.ClientOptions.BaseAddress };
            client.DefaultRequestHeaders.Add("X-API-Key", WebHost.AdminKey);
            await UntilAsync(client, "/api/v1/batch/jobs", HttpStatusCode.OK);
            var gate = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString();
            var running = await SubmitAsync(
                client,
                $"{{\"gate\":\"{gate}\"}}\n{{}}\n{{\"busy\":2}}"
            );
            await UntilStateAsync(client, running, "running");

            await server.DisposeAsync();
            web.Open(gate);

            (HttpMethod Method, string Path)[] calls =
            [
                (HttpMethod.Get, "/api/v1/batch/jobs"),
                (HttpMethod.Get, $"/api/v1/batch/jobs/{running}"),
                (HttpMethod.Get, $"/api/v1/batch/jobs/{running}/results"),
                (HttpMethod.Get, "/api/v1/search?q=a"),
                (HttpMethod.Get, "/api/v1/documents"),
                (HttpMethod.Get, "/api/v1/keys"),
                (HttpMethod.Post, "/api/v1/batch/jobs?kind=work"),
                (HttpMethod.Post, $"/api/v1/batch/jobs/{running}/cancel"),
            ];
            foreach (var (method, path) in calls)
            {
                using var request = new HttpRequestMessage(method, path)
                {
                    Content = method == HttpMethod.Post ? ApiTenant.Lines("{}") : null,
                };
                var started = TimeProvider.System.GetTimestamp();
                using var answer = await client.SendAsync(request, Stop);
                var took = TimeProvider.System.GetElapsedTime(started);
                await answer.ShouldBeProblemAsync(HttpStatusCode.ServiceUnavailable);
                answer.Headers.RetryAfter.ShouldNotBeNull(path);
                // Two seconds is the promise; the machine of a test may be busy.
                took.ShouldBeLessThan(TimeSpan.FromSeconds(4), path);
            }
            using var health = await client.GetAsync("/health", Stop);
            health.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            (await health.Content.ReadFromJsonAsync<JsonElement>(Stop))
                .GetProperty("status")
                .GetString()
                .ShouldBe("down");
            using var ready = await client.GetAsync("/health/ready", Stop);
            await ready.ShouldBeProblemAsync(HttpStatusCode.ServiceUnavailable);
            using var live = await client.GetAsync("/health/live", Stop);
            live.StatusCode.ShouldBe(HttpStatusCode.OK);

            server = await StartAsync(cluster);
            await UntilAsync(client, "/health", HttpStatusCode.OK);
            await UntilStateAsync(client, running, "completed");
            var after = await SubmitAsync(client, "{}\n{}");
            await UntilStateAsync(client, after, "completed");

            var status = await client.GetFromJsonAsync<JsonElement>(
                $"/api/v1/batch/jobs/{running}",
                Stop
            );
            status.GetProperty("counts").GetProperty("succeeded").GetInt32().ShouldBe(3);
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    private static Task<EmbeddedPostgres> StartAsync(TestFolder folder) =>
        EmbeddedPostgres.StartAsync(
            new EmbeddedPostgresOptions { DataDirectory = folder.Location },
            NullLogger.Instance,
            TimeProvider.System,
            Stop
        );

    private static async Task<string> SubmitAsync(HttpClient client, string lines)
    {
        using var answer = await client.PostAsync(
            "/api/v1/batch/jobs?kind=work",
            ApiTenant.Lines(lines),
            Stop
        );
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop))
            .GetProperty("id")
            .GetString()!;
    }

    private static async Task UntilStateAsync(HttpClient client, string id, string state)
    {
        using var limit = Limit();
        while (true)
        {
            var status = await client.GetFromJsonAsync<JsonElement>(
                $"/api/v1/batch/jobs/{id}",
                limit.Token
            );
            if (status.GetProperty("state").GetString() == state)
            {
                return;
            }
            await Task.Delay(LookInterval, TimeProvider.System, limit.Token);
        }
    }

    private static async Task UntilAsync(HttpClient client, string path, HttpStatusCode status)
    {
        using var limit = Limit();
        while (true)
        {
            using var answer = await client.GetAsync(path, limit.Token);
            if (answer.StatusCode == status)
            {
                return;
            }
            await Task.Delay(LookInterval, TimeProvider.System, limit.Token);
        }
    }

    private static CancellationTokenSource Limit()
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(EngineHost.Patience);
        return limit;
    }
}
