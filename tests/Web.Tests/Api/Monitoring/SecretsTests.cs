using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Jobs.Testing;

namespace Jobs.Web.Tests.Api.Monitoring;

/// <summary>That nothing that a process says of itself betrays anybody.</summary>
[Collection(MonitoredService.Collection)]
public sealed class SecretsTests(MonitoredService service)
{
    private const string Callers = "planted-by-a-caller";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Neither_log_nor_metrics_nor_spans_nor_audit_tell_a_secret_or_what_callers_wrote()
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
        var audit = (
            await service.Database.ScalarAsync<string>(
                "select string_agg(to_jsonb(a)::text, ' ') from jobs.audit a",
                Stop
            )
        )!;

        exported.ToString().ShouldContain("execute chunk");
        log.ShouldContain("\"Level\":\"Debug\"");
        // The key that was made, and the one that nobody has.
        audit.ShouldContain("key");
        audit.ShouldContain("refused");
        foreach (
            var secret in (string[])
                [MonitoredService.AdminKey, MonitoredService.Password, key, webhook, Callers]
        )
        {
            exported.ToString().ShouldNotContain(secret, Case.Insensitive);
            scrape.ShouldNotContain(secret, Case.Insensitive);
            audit.ShouldNotContain(secret, Case.Insensitive);
            service
                .Log.Where(l => l.Contains(secret, StringComparison.OrdinalIgnoreCase))
                .ShouldBeEmpty();
        }
    }

    [Theory]
    [InlineData("GET", "/api/v1/queues", null, "a-key-that-nobody-has", 401)]
    [InlineData("GET", "/api/v1/system/metrics", null, "of-a-tenant", 403)]
    [InlineData("GET", "/api/v1/batch/jobs/01900000-0000-7000-8000-000000000000", null, null, 404)]
    [InlineData("GET", "/no-such-path", null, null, 404)]
    [InlineData("DELETE", "/api/v1/limits", null, null, 405)]
    [InlineData("POST", "/api/v1/batch/jobs", "{", null, 400)]
    [InlineData("POST", "/api/v1/batch/jobs", """{"kind":"none","items":[{}]}""", null, 422)]
    [InlineData("POST", "/api/v1/keys", """{"tenant":"","name":"k","scopes":["no"]}""", null, 422)]
    [InlineData("PUT", "/api/v1/system/logging", """{"level":"Loud"}""", null, 422)]
    public async Task A_problem_tells_no_secret_and_nothing_of_the_program(
        string method,
        string path,
        string? body,
        string? caller,
        int status
    )
    {
        using var made = await service.Client.PostAsync(
            "/api/v1/keys",
            ApiTenant.Json("""{"tenant":"problems","name":"k","scopes":["submit","read"]}"""),
            Stop
        );
        var key = (await made.Content.ReadFromJsonAsync<JsonElement>(Stop))
            .GetProperty("key")
            .GetString()!;
        using var client = new HttpClient { BaseAddress = service.Client.BaseAddress };
        client.DefaultRequestHeaders.Add(
            "X-API-Key",
            caller switch
            {
                null => MonitoredService.AdminKey,
                "of-a-tenant" => key,
                _ => caller,
            }
        );
        using var request = new HttpRequestMessage(new HttpMethod(method), path)
        {
            Content = body is null ? null : ApiTenant.Json(body),
        };

        using var answer = await client.SendAsync(request, Stop);

        ((int)answer.StatusCode).ShouldBe(status);
        var all = $"{answer.Headers} {await answer.Content.ReadAsStringAsync(Stop)}";
        string[] secrets =
        [
            MonitoredService.AdminKey,
            MonitoredService.Password,
            key,
            "a-key-that-nobody-has",
            "Host=",
            "Exception",
            "   at ",
        ];
        foreach (var secret in secrets)
        {
            all.ShouldNotContain(secret, Case.Insensitive);
        }
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
}
