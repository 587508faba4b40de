using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Jobs.Testing;
using Npgsql;

namespace Jobs.Web.Tests.Api.Monitoring.Traffic;

/// <summary>
/// The web host in a process of its own, without a worker and with limits, of which everything is asked that it counts;
/// what it says of that, and what it should say.
/// </summary>
public sealed class WebTraffic : IAsyncLifetime
{
    private const string AdminKey = "an-administrator-of-known-traffic-0123456789";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

    private readonly TestFolder folder = new();
    private HostProcess? process;
    private HttpClient? client;
    private NpgsqlConnection? open;

    public TestDatabase Database { get; } = new();

    /// <summary>What it should have counted.</summary>
    public Ledger Ledger { get; } = new();

    /// <summary>What it has counted.</summary>
    public Scrape Scrape { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var ct = TestContext.Current.CancellationToken;
        await Database.InitializeAsync();
        var address = $"http://127.0.0.1:{HostProcess.FreePort()}";
        process = HostProcess.Start(
            "Web",
            folder.Location,
            ("ASPNETCORE_URLS", address),
            ("ConnectionStrings__Jobs", Database.ConnectionString),
            ("Jobs__AdminKey", AdminKey),
            ("Jobs__Engine__Enabled", "false"),
            ("Jobs__RateLimits__Patience", "00:00:30"),
            ("Jobs__RateLimits__Policies__tight__Permits", "5"),
            ("Jobs__RateLimits__Policies__tight__Period", "31.00:00:00"),
            ("Jobs__RateLimits__Policies__tight__Endpoints", "GET /api/v1/queues"),
            ("Jobs__RateLimits__Policies__watch__Permits", "3"),
            ("Jobs__RateLimits__Policies__watch__Period", "31.00:00:00"),
            ("Jobs__RateLimits__Policies__watch__Mode", "shadow"),
            ("Jobs__RateLimits__Policies__watch__Endpoints", "GET /api/v1/limits")
        );
        await process.SignInLinkAsync(ct);
        client = new HttpClient { BaseAddress = new Uri(address) };
        client.DefaultRequestHeaders.Add("X-API-Key", AdminKey);
        await CallAsync(ct);
        await SubmitAsync(ct);
        await LookAsync(ct);
        Scrape = await ScrapeAsync(ct);
    }

    public async ValueTask DisposeAsync()
    {
        client?.Dispose();
        process?.Dispose();
        if (open is not null)
        {
            await open.DisposeAsync();
        }
        await Database.DisposeAsync();
        folder.Dispose();
    }

    private async Task CallAsync(CancellationToken ct)
    {
        const string Queues = "/api/v1/queues";
        const string Limits = "/api/v1/limits";
        for (var n = 0; n < 8; n++)
        {
            await AskAsync(HttpMethod.Get, Queues, Queues, n < 5 ? 200 : 429, ct);
        }
        Limited("tight", admitted: 5, refused: 3);
        for (var n = 0; n < 6; n++)
        {
            await AskAsync(HttpMethod.Get, Limits, Limits, 200, ct);
        }
        Limited("watch", admitted: 3, refused: 3, mode: "shadow");
        Limited("api", admitted: 6, refused: 0);
        for (var n = 0; n < 4; n++)
        {
            await AskAsync(HttpMethod.Get, "unmatched", $"/no-such-path/{n}", 404, ct);
        }
        await AskAsync(HttpMethod.Get, "/health/live", "/health/live", 200, ct);
    }

    private async Task SubmitAsync(CancellationToken ct)
    {
        const string Jobs = "/api/v1/batch/jobs";
        using var waiting = await SendAsync(
            Jobs,
            """{"kind":"query","items":[{"q":"a"},{"q":"b"},{"q":"c"}]}""",
            ct
        );
        using var later = await SendAsync(
            Jobs,
            """{"kind":"query","items":[{"q":"a"},{"q":"b"}],"options":{"notBefore":"2099-01-01T00:00:00Z"}}""",
            ct
        );
        using var refused = await SendAsync(Jobs, """{"kind":"none","items":[{}]}""", ct);
        var cancelled = (await later.Content.ReadFromJsonAsync<JsonElement>(ct))
            .GetProperty("id")
            .GetString();
        // Two are left: three items that are ready, and two that wait.
        using var again = await SendAsync(
            Jobs,
            """{"kind":"query","priority":"high","items":[{"q":"a"},{"q":"b"}],"options":{"notBefore":"2099-01-01T00:00:00Z"}}""",
            ct
        );
        using var cancel = await SendAsync($"{Jobs}/{cancelled}/cancel", "", ct);
        Requests(Jobs, "POST", 202, 3);
        Requests(Jobs, "POST", 422, 1);
        Requests($"{Jobs}/{{id:guid}}/cancel", "POST", (int)cancel.StatusCode, 1);
        Limited("api", admitted: 5, refused: 0);
        Queue("normal", "ready", 3);
        Queue("high", "scheduled", 2);
        // Of the batch that was cancelled.
        Ledger.Add("jobs_notifications_total", 1);
    }

    // What a look at the database finds.
    private async Task LookAsync(CancellationToken ct)
    {
        await Database.ScalarAsync<int>("analyze jobs.batches", ct);
        Ledger.Add("jobs_database_up", 1);
        open = await Database.DataSource.Requests.OpenConnectionAsync(ct);
        await using var begin = new NpgsqlCommand("begin; select pg_current_xact_id()", open);
        await begin.ExecuteNonQueryAsync(ct);
    }

    private async Task AskAsync(
        HttpMethod method,
        string route,
        string path,
        int status,
        CancellationToken ct
    )
    {
        using var request = new HttpRequestMessage(method, path);
        using var answer = await client!.SendAsync(request, ct);
        ((int)answer.StatusCode).ShouldBe(status, path);
        Requests(route, method.Method, status, 1);
    }

    private async Task<HttpResponseMessage> SendAsync(
        string path,
        string body,
        CancellationToken ct
    ) => await client!.PostAsync(path, ApiTenant.Json(body), ct);

    // A request is counted when its answer is out, and what a shadow says is known later.
    private async Task<Scrape> ScrapeAsync(CancellationToken ct)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var scrape = new Scrape(await client!.GetStringAsync("/metrics", ct));
            if (Ledger.IsReached(scrape) || TimeProvider.System.GetElapsedTime(started) > Patience)
            {
                return scrape;
            }
            await Task.Delay(LookInterval, TimeProvider.System, ct);
        }
    }

    private void Requests(string route, string method, int status, int count) =>
        Ledger.Add(
            "jobs_http_requests_total",
            count,
            $"route=\"{route}\"",
            $"method=\"{method}\"",
            string.Create(CultureInfo.InvariantCulture, $"status=\"{status}\"")
        );

    private void Limited(string policy, int admitted, int refused, string mode = "enforce")
    {
        string[] labels = [$"policy=\"{policy}\"", $"mode=\"{mode}\""];
        Ledger.Add("jobs_rate_limit_admissions_total", admitted, labels);
        if (refused > 0)
        {
            Ledger.Add("jobs_rate_limit_refusals_total", refused, labels);
        }
    }

    private void Queue(string priority, string state, int count) =>
        Ledger.Add(
            "jobs_queue_items",
            count,
            $"priority=\"{priority}\"",
            "kind=\"query\"",
            $"state=\"{state}\""
        );
}
