using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Jobs.Testing;

namespace Jobs.Web.Tests.Api.Monitoring;

/// <summary>What a web host says in its log, and how that changes while it runs.</summary>
public sealed class LoggingTests : IAsyncLifetime
{
    private const string AdminKey = "an-administrator-who-reads-logs-0123456789";

    // Says of each request that it begins, with its path.
    private const string Category = "Microsoft.AspNetCore.Hosting";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

    private readonly TestFolder folder = new();
    private readonly TestDatabase database = new();
    private HostProcess process = null!;
    private HttpClient client = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Settings => Path.Combine(folder.Location, "appsettings.json");

    public async ValueTask InitializeAsync()
    {
        await database.InitializeAsync();
        var address = $"http://127.0.0.1:{HostProcess.FreePort()}";
        await File.WriteAllTextAsync(Settings, "{}", Stop);
        process = HostProcess.Start(
            "Web",
            folder.Location,
            ("ASPNETCORE_URLS", address),
            ("ASPNETCORE_CONTENTROOT", folder.Location),
            ("ConnectionStrings__Jobs", database.ConnectionString),
            ("Jobs__AdminKey", AdminKey),
            ("Jobs__Engine__Enabled", "false"),
            ("Jobs__Log__Format", "json"),
            // Every request is.
            ("Jobs__Metrics__SlowRequest", "00:00:00.000001"),
            ("Jobs__Metrics__SlowRequests", "3")
        );
        await process.SignInLinkAsync(Stop);
        client = new HttpClient { BaseAddress = new Uri(address) };
        client.DefaultRequestHeaders.Add("X-API-Key", AdminKey);
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        process.Dispose();
        await database.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_slow_request_is_listed_and_logged_with_its_trace()
    {
        var traces = new List<string>();
        for (var n = 0; n < 5; n++)
        {
            var trace = ActivityTraceId.CreateRandom().ToHexString();
            using var request = new HttpRequestMessage(
                HttpMethod.Get,
                $"/api/v1/batch/jobs/{Guid.CreateVersion7()}"
            );
            request.Headers.Add("traceparent", $"00-{trace}-00f067aa0ba902b7-01");
            using var answer = await client.SendAsync(request, Stop);
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
            // Counted when the answer is out.
            await LoggedAsync(trace);
            traces.Add(trace);
        }

        var report = await client.GetFromJsonAsync<JsonElement>("/api/v1/system/metrics", Stop);
        var slow = report.GetProperty("slow").EnumerateArray().ToList();
        // The last three, the latest first.
        slow.Select(s => s.GetProperty("traceId").GetString())
            .ShouldBe(traces.AsEnumerable().Reverse().Take(3));
        slow.ShouldAllBe(s => s.GetProperty("route").GetString() == "/api/v1/batch/jobs/{id:guid}");
        slow.ShouldAllBe(s => s.GetProperty("method").GetString() == "GET");
        slow.ShouldAllBe(s => s.GetProperty("status").GetInt32() == 404);
        slow.ShouldAllBe(s => s.GetProperty("elapsedMs").GetDouble() >= 0);
        var line = JsonElement.Parse(Line(traces[0])!);
        line.GetProperty("Level").GetString().ShouldBe("Warning");
        line.GetProperty("RenderedMessage").GetString()!.ShouldContain("Slow request");
        line.GetProperty("TraceId").GetString().ShouldBe(traces[0]);
    }

    [Fact]
    public async Task A_level_that_is_set_holds_at_once_and_so_does_one_that_is_taken_back()
    {
        await AskAsync("before-it-is-set");
        await SetAsync("Information");
        await AskAsync("while-it-is-set");
        await LoggedAsync("while-it-is-set");
        await SetAsync(null);
        await AskAsync("after-it-is-taken-back");
        await SetAsync("Information");
        await AskAsync("once-more");
        await LoggedAsync("once-more");

        // In the order in which they came.
        Line("before-it-is-set").ShouldBeNull();
        Line("after-it-is-taken-back").ShouldBeNull();
    }

    [Fact]
    public async Task A_level_in_the_configuration_file_holds_as_soon_as_it_is_written_there()
    {
        await AskAsync("before-it-is-written");
        await File.WriteAllTextAsync(
            Settings,
            $$"""{"Serilog":{"MinimumLevel":{"Override":{"{{Category}}":"Information"} } } }""",
            Stop
        );
        await LevelAsync("Information");
        // The configuration says so a moment before the log does.
        await UntilAsync(
            async () =>
            {
                await AskAsync("while-it-is-written");
                return Line("while-it-is-written") is not null;
            },
            "while-it-is-written"
        );
        await File.WriteAllTextAsync(Settings, "{}", Stop);
        await LevelAsync(null);
        // When this has been answered all levels have been looked at anew.
        (
            await client.PutAsJsonAsync(
                "/api/v1/system/logging",
                new { category = "Npgsql", level = "Error" },
                Stop
            )
        ).Dispose();
        await AskAsync("after-it-is-gone");
        await SetAsync("Information");
        await AskAsync("at-the-end");
        await LoggedAsync("at-the-end");

        Line("before-it-is-written").ShouldBeNull();
        Line("after-it-is-gone").ShouldBeNull();
    }

    private async Task AskAsync(string mark) =>
        (await client.GetAsync($"/health/live?{mark}", Stop)).Dispose();

    private async Task SetAsync(string? level)
    {
        using var answer = await client.PutAsJsonAsync(
            "/api/v1/system/logging",
            new { category = Category, level },
            Stop
        );
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    // A file is looked at a moment after it was written.
    private Task LevelAsync(string? level) =>
        UntilAsync(
            async () =>
                (await client.GetFromJsonAsync<JsonElement>("/api/v1/system/logging", Stop))
                    .GetProperty("categories")
                    .TryGetProperty(Category, out var set)
                    ? set.GetString() == level
                    : level is null,
            $"{Category}: {level}"
        );

    private Task LoggedAsync(string text) =>
        UntilAsync(() => Task.FromResult(Line(text) is not null), text);

    private string? Line(string text) =>
        process.Everything.FirstOrDefault(l => l.Contains(text, StringComparison.Ordinal));

    private async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > Patience)
            {
                throw new TimeoutException($"{what}\n{process.Output}");
            }
            await Task.Delay(LookInterval, TimeProvider.System, Stop);
        }
    }
}
