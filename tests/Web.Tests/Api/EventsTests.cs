using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Jobs.Testing;

namespace Jobs.Web.Tests.Api;

/// <summary>The life of a batch as server-sent events.</summary>
public sealed class EventsTests(WebHost web)
{
    private const string Jobs = "/api/v1/batch/jobs";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_listener_sees_a_snapshot_the_progress_the_failures_and_the_end()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        var gate = NewGate();
        var id = await SubmitAsync(
            tenant,
            "{\"fail\":\"early\"}",
            $"{{\"gate\":\"{gate}\"}}",
            "{\"fail\":\"late\"}"
        );

        using var answer = await ListenAsync(tenant, id, null);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        var events = new List<SseItem<JsonElement>>();
        await foreach (var e in EventsAsync(answer))
        {
            events.Add(e);
            if (e.EventType == "progress")
            {
                web.Open(gate);
            }
        }

        events[0].EventType.ShouldBe("snapshot");
        events[^1].EventType.ShouldBe("finished");
        events.Count(e => e.EventType == "snapshot").ShouldBe(1);
        events.ShouldContain(e => e.EventType == "progress");
        events.Count(e => e.EventType == "finished").ShouldBe(1);
        events[^1].Data.GetProperty("state").GetString().ShouldBe("completed");
        var counts = events[0].Data.GetProperty("counts").GetProperty("failed").GetInt32();
        events.Count(e => e.EventType == "item").ShouldBe(2 - counts);
        foreach (var status in events.Where(e => e.EventType != "item"))
        {
            var c = status.Data.GetProperty("counts");
            ((string[])["pending", "running", "succeeded", "failed", "cancelled"])
                .Sum(n => c.GetProperty(n).GetInt32())
                .ShouldBe(3);
        }
    }

    [Fact]
    public async Task A_listener_that_comes_back_gets_what_it_missed_once()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        var gate = NewGate();
        var id = await SubmitAsync(tenant, $"{{\"gate\":\"{gate}\"}}", "{\"fail\":\"missed\"}");
        await tenant.UntilAsync(
            id,
            s => s.GetProperty("counts").GetProperty("failed").GetInt32() == 1
        );

        // Version 1 is the submission.
        using var answer = await ListenAsync(tenant, id, "1");
        var events = new List<SseItem<JsonElement>>();
        await foreach (var e in EventsAsync(answer))
        {
            events.Add(e);
            if (e.EventType == "progress")
            {
                web.Open(gate);
            }
        }

        events.ShouldNotContain(e => e.EventType == "snapshot");
        var missed = events.Where(e => e.EventType == "item").ToList().ShouldHaveSingleItem();
        missed.Data.GetProperty("index").GetInt32().ShouldBe(1);
        missed.Data.GetProperty("error").GetProperty("code").GetString().ShouldBe("missed");
        events[^1].EventType.ShouldBe("finished");
    }

    [Fact]
    public async Task Who_has_seen_the_end_is_told_not_to_come_back()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        var id = await tenant.SubmitAndEndAsync("{}", "{\"fail\":\"x\"}");
        using var first = await ListenAsync(tenant, id, null);
        string? last = null;
        var names = new List<string>();
        await foreach (var e in EventsAsync(first))
        {
            names.Add(e.EventType);
            last = e.EventId ?? last;
        }
        names.ShouldBe(["snapshot", "finished"]);

        using var again = await ListenAsync(tenant, id, last);

        again.StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task An_id_that_was_never_given_starts_with_a_snapshot()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        var id = await tenant.SubmitAndEndAsync("{}");

        foreach (var unknown in (string[])["999999", "abc", "-1"])
        {
            using var answer = await ListenAsync(tenant, id, unknown);
            var first = await EventsAsync(answer).FirstAsync(Stop);
            first.EventType.ShouldBe("snapshot");
        }
    }

    private static string NewGate() =>
        Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString();

    private static async Task<string> SubmitAsync(ApiTenant tenant, params string[] items) =>
        (await tenant.SubmitAsync(items)).GetProperty("id").GetString()!;

    private static async Task<HttpResponseMessage> ListenAsync(
        ApiTenant tenant,
        string id,
        string? lastEventId
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Jobs}/{id}/events");
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }
        return await tenant.Client.SendAsync(
            request,
            HttpCompletionOption.ResponseHeadersRead,
            Stop
        );
    }

    private static async IAsyncEnumerable<SseItem<JsonElement>> EventsAsync(
        HttpResponseMessage answer
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(EngineHost.Patience);
        await using var body = await answer.Content.ReadAsStreamAsync(limit.Token);
        var parser = SseParser.Create(body, (_, data) => JsonElement.Parse(data));
        await foreach (var e in parser.EnumerateAsync(limit.Token))
        {
            yield return e;
        }
    }
}
