using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Jobs.Web.Tests.Api.Monitoring;

/// <summary>What a whole process says of itself: that it adds up, that it is bounded, and that it betrays nothing.</summary>
public sealed partial class MonitoredServiceTests(MonitoredService service)
    : IClassFixture<MonitoredService>
{
    private const string Callers = "planted-by-a-caller";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static string Deploy => Path.Combine(Path.GetDirectoryName(Root())!, "deploy");

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
    }

    [Fact]
    public async Task Hundreds_of_paths_hosts_and_keys_add_no_series()
    {
        // What the first of such requests brings.
        for (var n = 0; n < 20; n++)
        {
            using var request = new HttpRequestMessage(
                HttpMethod.Get,
                n % 2 == 0 ? $"/path-{n}" : $"/api/v1/batch/jobs/{n}"
            );
            request.Headers.Add("X-API-Key", $"no-such-key-first-{n}");
            (await service.Client.SendAsync(request, Stop)).Dispose();
        }
        var before = await service.ScrapeAsync(Stop);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 600),
            Stop,
            async (n, ct) =>
            {
                using var request = new HttpRequestMessage(
                    HttpMethod.Get,
                    n % 2 == 0 ? $"/path-{n}/{n}?q={n}" : $"/api/v1/batch/jobs/{n}"
                );
                request.Headers.Add("X-API-Key", $"no-such-key-{n}");
                request.Headers.Host = $"host-{n}";
                (await service.Client.SendAsync(request, ct)).Dispose();
            }
        );
        var after = await service.ScrapeAsync(Stop);

        (Lines(after) - Lines(before)).ShouldBeLessThan(60);
        Lines(after).ShouldBeLessThan(10_000);
        after.ShouldNotContain("path-", Case.Sensitive);
        after.ShouldNotContain("no-such-key", Case.Sensitive);
        after.ShouldNotContain("host-", Case.Sensitive);
    }

    [Fact]
    public async Task Neither_log_nor_metrics_nor_spans_tell_a_secret_or_what_callers_wrote()
    {
        using (
            var level = await service.Client.PutAsJsonAsync(
                "/api/v1/system/logging",
                new { category = "Jobs", level = "Debug" },
                Stop
            )
        )
        {
            level.StatusCode.ShouldBe(HttpStatusCode.OK);
        }
        using var made = await service.Client.PostAsync(
            "/api/v1/keys",
            ApiTenant.Json("""{"tenant":"telemetry","name":"k","scopes":["submit","read"]}"""),
            Stop
        );
        var key = (await made.Content.ReadFromJsonAsync<JsonElement>(Stop))
            .GetProperty("key")
            .GetString()!;
        var webhook = (
            await service.Client.GetFromJsonAsync<JsonElement>("/api/v1/webhooks/secret", Stop)
        )
            .GetProperty("secret")
            .GetString()!;
        using (var wrong = new HttpRequestMessage(HttpMethod.Get, "/api/v1/queues"))
        {
            wrong.Headers.Add("X-API-Key", Callers + "-key");
            (await service.Client.SendAsync(wrong, Stop)).Dispose();
        }
        using (var asTenant = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/search?q={Callers}"))
        {
            asTenant.Headers.Add("Authorization", $"Bearer {key}");
            (await service.Client.SendAsync(asTenant, Stop)).Dispose();
        }
        await UploadAsync();
        using (
            var submitted = await service.Client.PostAsJsonAsync(
                "/api/v1/batch/jobs",
                new
                {
                    kind = "query",
                    items = (object[])[new { q = Callers }, new { report = Callers }],
                    metadata = new { note = Callers },
                    callbackUrl = $"https://{Callers}.invalid/?token={Callers}",
                },
                Stop
            )
        )
        {
            submitted.EnsureSuccessStatusCode();
            var batch = await submitted.Content.ReadFromJsonAsync<JsonElement>(Stop);
            await service.EndAsync(batch.GetProperty("id").GetString()!, Stop);
        }
        using (
            var refused = await service.Client.PostAsync(
                "/api/v1/batch/jobs",
                ApiTenant.Json($$"""{"kind":"{{Callers}}","items":[]}"""),
                Stop
            )
        ) { }
        // Its bytes are letters, so that it can be found in what is sent.
        var bytes = $"trace{Random.Shared.NextInt64(10_000_000_000, 99_999_999_999)}";
        var trace = Convert.ToHexStringLower(Encoding.ASCII.GetBytes(bytes));
        using (var last = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/documents?q={Callers}"))
        {
            last.Headers.Add("traceparent", $"00-{trace}-00f067aa0ba902b7-01");
            (await service.Client.SendAsync(last, Stop)).Dispose();
        }

        var exported = new StringBuilder();
        var spans = 0;
        var meters = false;
        // Until the last request is among the spans, and the metrics have come once.
        while (spans == 0 || !meters)
        {
            var sent = (await service.Otlp.TakeAsync(Stop)).Body;
            exported.Append(sent);
            spans += sent.Contains(bytes, StringComparison.Ordinal) ? 1 : 0;
            meters |= sent.Contains("jobs.items", StringComparison.Ordinal);
        }
        var scrape = await service.ScrapeAsync(Stop);
        var log = string.Join('\n', service.Log);

        exported.ToString().ShouldContain("execute chunk");
        log.ShouldContain("\"Level\":\"Debug\"");
        foreach (
            var secret in (string[])
                [MonitoredService.AdminKey, MonitoredService.Password, key, webhook, Callers]
        )
        {
            exported.ToString().ShouldNotContain(secret, Case.Insensitive);
            scrape.ShouldNotContain(secret, Case.Insensitive);
            service
                .Log.Where(l => l.Contains(secret, StringComparison.OrdinalIgnoreCase))
                .ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task The_log_names_batch_and_trace()
    {
        await service.Client.PutAsJsonAsync(
            "/api/v1/system/logging",
            new { category = "Jobs", level = "Debug" },
            Stop
        );
        var trace = $"{ActivityTraceId.CreateRandom()}";
        using var request = new HttpRequestMessage(
            HttpMethod.Post,
            "/api/v1/batch/jobs?kind=cleanup"
        )
        {
            Content = ApiTenant.Lines("""{"targets":["metrics"]}"""),
        };
        request.Headers.Add("traceparent", $"00-{trace}-00f067aa0ba902b7-01");
        using var answer = await service.Client.SendAsync(request, Stop);
        var id = (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop))
            .GetProperty("id")
            .GetString()!;
        await service.EndAsync(id, Stop);

        service.Log.ShouldContain(l =>
            l.StartsWith('{')
            && l.Contains("Cleaned up", StringComparison.Ordinal)
            && l.Contains($"\"BatchId\":\"{id}\"", StringComparison.Ordinal)
            && l.Contains($"\"TraceId\":\"{trace}\"", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Every_metric_of_dashboards_and_alerts_is_there()
    {
        await service.RunAsync("kind=query", ["""{"q":"dashboards"}"""], Stop);
        // Waits for an hour: a queue that is not empty, unless this has been looked at within 15 s.
        using (
            var later = await service.Client.PostAsync(
                "/api/v1/batch/jobs",
                ApiTenant.Json(
                    """{"kind":"query","items":[{"q":"later"}],"options":{"notBefore":"2099-01-01T00:00:00Z"}}"""
                ),
                Stop
            )
        )
        {
            later.EnsureSuccessStatusCode();
        }
        var docs = await File.ReadAllTextAsync(
            Path.Combine(Path.GetDirectoryName(Root())!, "docs", "metrics.md"),
            Stop
        );
        var scrape = await service.ScrapeAsync(Stop);
        var there = MonitoredService.Names(scrape);
        // Without replicas, without refusals, without delivery, or with a queue that was empty at the last look there is no such series.
        string[] sometimes =
        [
            "jobs_database_replication_lag_seconds",
            "jobs_rate_limit_refusals_total",
            "jobs_webhook_duration_seconds_bucket",
            "jobs_queue_items",
            "jobs_queue_oldest_age_seconds",
        ];
        var files = Directory
            .EnumerateFiles(Deploy, "*", SearchOption.AllDirectories)
            .Where(f =>
                f.EndsWith(".json", StringComparison.Ordinal)
                || f.EndsWith("alerts.yml", StringComparison.Ordinal)
            )
            .ToList();
        files.Count.ShouldBe(5);
        foreach (var file in files)
        {
            var named = Expressions(await File.ReadAllTextAsync(file, Stop), file);
            named.ShouldNotBeEmpty(file);
            named
                .Except(there, StringComparer.Ordinal)
                .Except(sometimes, StringComparer.Ordinal)
                .ShouldBeEmpty(file);
        }
        // And every one of ours that is there or may be is explained.
        there
            .Concat(sometimes)
            .Where(n => n.StartsWith("jobs_", StringComparison.Ordinal))
            .Select(n => Part().Replace(n, ""))
            .Distinct(StringComparer.Ordinal)
            .Where(n => !docs.Contains($"`{n}`", StringComparison.Ordinal))
            .ShouldBeEmpty();
    }

    [Theory]
    [InlineData("check", "rules", "alerts.yml")]
    [InlineData("test", "rules", "alerts.test.yml")]
    public async Task The_rules_are_good(string verb, string what, string file)
    {
        using var promtool = Process.Start(
            new ProcessStartInfo("promtool", [verb, what, file])
            {
                WorkingDirectory = Path.Combine(Deploy, "prometheus"),
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;
        var output = await promtool.StandardOutput.ReadToEndAsync(Stop);
        output += await promtool.StandardError.ReadToEndAsync(Stop);
        await promtool.WaitForExitAsync(Stop);

        promtool.ExitCode.ShouldBe(0, output);
    }

    [Fact]
    public async Task Prometheus_can_read_what_is_served()
    {
        using var answer = await service.Client.GetAsync("/metrics", Stop);
        answer.Content.Headers.ContentType!.ToString().ShouldStartWith("text/plain; version=0.0.4");
        using var promtool = Process.Start(
            new ProcessStartInfo("promtool", ["check", "metrics"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;
        await promtool.StandardInput.WriteAsync(await answer.Content.ReadAsStringAsync(Stop));
        promtool.StandardInput.Close();
        var output = await promtool.StandardError.ReadToEndAsync(Stop);
        await promtool.WaitForExitAsync(Stop);

        // 3 is advice on names; 1 is what cannot be read.
        promtool.ExitCode.ShouldBeOneOf([0, 3], output);
        output.ShouldNotContain("error while", Case.Insensitive);
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

    [Fact]
    public async Task A_level_that_is_none_is_refused_and_one_that_was_set_can_be_taken_back()
    {
        async Task<JsonElement> SetAsync(object body)
        {
            using var answer = await service.Client.PutAsJsonAsync(
                "/api/v1/system/logging",
                body,
                Stop
            );
            return await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        }

        (await SetAsync(new { level = "Loud" })).GetProperty("status").GetInt32().ShouldBe(422);
        (await SetAsync(new { level = "7" })).GetProperty("status").GetInt32().ShouldBe(422);
        (await SetAsync(new { category = "Npgsql", level = "Error" }))
            .GetProperty("categories")
            .GetProperty("Npgsql")
            .GetString()
            .ShouldBe("Error");
        (await SetAsync(new { category = "Npgsql" }))
            .GetProperty("categories")
            .TryGetProperty("Npgsql", out _)
            .ShouldBeFalse();
    }

    private async Task UploadAsync()
    {
        using var form = new MultipartFormDataContent();
        using var file = new StringContent($"This text is {Callers} and nobody else's.");
        file.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
        form.Add(file, "files", $"{Callers}.txt");
        using var answer = await service.Client.PostAsync("/api/v1/batch/documents", form, Stop);
        answer.EnsureSuccessStatusCode();
        var batch = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        await service.EndAsync(batch.GetProperty("id").GetString()!, Stop);
    }

    private static int Lines(string scrape) =>
        scrape.Split('\n').Count(l => l.Length > 0 && l[0] != '#');

    private static HashSet<string> Expressions(string text, string file)
    {
        var expressions = file.EndsWith(".json", StringComparison.Ordinal)
            ? string.Join('\n', Expression().Matches(text).Select(m => m.Value))
            : text;
        return [.. Metric().Matches(expressions).Select(m => m.Value)];
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Jobs.sln")))
        {
            folder = folder.Parent;
        }
        return Path.Combine(folder.FullName, "Jobs.sln");
    }

    [GeneratedRegex(
        "\"expr\": \".*\"",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Expression();

    // No label begins so but those of the pools, which name no metric.
    [GeneratedRegex(
        @"\b(jobs_|http_server_|dotnet_|db_client_operation_|db_client_connection_count)[a-z_]*\b(?! *\()",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Metric();

    [GeneratedRegex(
        "_(bucket|sum|count)$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Part();
}
