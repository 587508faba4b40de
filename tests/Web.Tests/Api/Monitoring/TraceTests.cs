using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Jobs.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;

namespace Jobs.Web.Tests.Api.Monitoring;

public sealed class TraceTests(WebHost work)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_trace_leads_from_the_request_over_the_chunk_to_the_handler_and_its_SQL()
    {
        using var folder = new TestFolder();
        await using var database = await TestDatabase.CreateAsync(migrated: true, Stop);
        var spans = new Spans();
        await using var web = WebHost
            .Create(database.ConnectionString, folder.Location, work)
            .WithWebHostBuilder(b =>
                b.ConfigureTestServices(s => s.AddSingleton<BaseExporter<Activity>>(spans))
            );
        web.UseKestrel(0);
        web.StartServer();
        await web.Services.GetRequiredService<Jobs.Tenancy.AdminKey>().KeyId;
        using var client = new HttpClient { BaseAddress = web.ClientOptions.BaseAddress };
        client.DefaultRequestHeaders.Add("X-API-Key", WebHost.AdminKey);
        var trace = ActivityTraceId.CreateRandom().ToHexString();

        var batch = await SubmitAsync(client, trace, "query", """{"q":"one"}""");
        await spans.WaitAsync(trace, "execute chunk", 1, Stop);
        var retried = ActivityTraceId.CreateRandom().ToHexString();
        var other = await SubmitAsync(client, retried, "work", """{"busy":1}""");
        var second = await spans.WaitForAttemptAsync(other, 2, Stop);

        var all = spans.Of(trace);
        var request = all.Single(s => s.Source.Name == "Microsoft.AspNetCore");
        var chunk = all.Single(s => s.DisplayName == "execute chunk");
        var handler = all.Single(s =>
            s.DisplayName.StartsWith("execute item", StringComparison.Ordinal)
        );
        $"{request.ParentSpanId}".ShouldBe("00f067aa0ba902b7");
        chunk.ParentSpanId.ShouldBe(request.SpanId);
        Equals(chunk.GetTagItem("jobs.batch.id"), batch).ShouldBeTrue();
        handler.ParentSpanId.ShouldBe(chunk.SpanId);
        all.ShouldContain(s => s.Source.Name == "Npgsql" && IsBelow(all, s, handler));
        all.ShouldContain(s => s.Source.Name == "Npgsql" && IsBelow(all, s, request));
        // A further attempt is a trace of its own, with a link.
        (second.TraceId.ToHexString() == retried).ShouldBeFalse();
        $"{second.Links.Single().Context.TraceId}".ShouldBe(retried);
        // What begins with a statement is no trace.
        spans.All.ShouldNotContain(s => s.Source.Name == "Npgsql" && s.ParentSpanId == default);
    }

    private static bool IsBelow(IReadOnlyList<Activity> all, Activity span, Activity above) =>
        span.ParentSpanId == above.SpanId
        || all.Any(s => s.SpanId == span.ParentSpanId && IsBelow(all, s, above));

    private static async Task<string> SubmitAsync(
        HttpClient client,
        string trace,
        string kind,
        string item
    )
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post,
            $"/api/v1/batch/jobs?kind={kind}"
        )
        {
            Content = ApiTenant.Lines(item),
        };
        request.Headers.Add("traceparent", $"00-{trace}-00f067aa0ba902b7-01");
        using var answer = await client.SendAsync(request, Stop);
        answer.EnsureSuccessStatusCode();
        answer.Headers.GetValues("traceparent").Single().ShouldStartWith($"00-{trace}-");
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop))
            .GetProperty("id")
            .GetString()!;
    }

    private sealed class Spans : BaseExporter<Activity>
    {
        private readonly ConcurrentQueue<Activity> spans = new();
        private readonly SemaphoreSlim added = new(0);

        public IReadOnlyCollection<Activity> All => spans;

        public override ExportResult Export(in Batch<Activity> batch)
        {
            foreach (var span in batch)
            {
                spans.Enqueue(span);
                added.Release();
            }
            return ExportResult.Success;
        }

        public IReadOnlyList<Activity> Of(string trace) =>
            [.. spans.Where(s => s.TraceId.ToHexString() == trace)];

        public async Task WaitAsync(string trace, string name, int count, CancellationToken ct)
        {
            while (
                Of(trace).Count(s => s.DisplayName == name) < count
                || !Of(trace).Any(s => s.Source.Name == "Microsoft.AspNetCore")
            )
            {
                (await added.WaitAsync(EngineHost.Patience, ct)).ShouldBeTrue();
            }
        }

        public async Task<Activity> WaitForAttemptAsync(
            string batch,
            int attempt,
            CancellationToken ct
        )
        {
            while (true)
            {
                if (
                    spans.FirstOrDefault(s =>
                        Equals(s.GetTagItem("jobs.batch.id"), batch)
                        && Equals(s.GetTagItem("jobs.attempt"), attempt)
                    ) is
                    { } found
                )
                {
                    return found;
                }
                (await added.WaitAsync(EngineHost.Patience, ct)).ShouldBeTrue();
            }
        }

        protected override void Dispose(bool disposing)
        {
            added.Dispose();
            base.Dispose(disposing);
        }
    }
}
