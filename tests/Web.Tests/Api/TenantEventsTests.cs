using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;

namespace Jobs.Web.Tests.Api;

/// <summary>All batches of a caller as server-sent events on one connection.</summary>
public sealed class TenantEventsTests(WebHost web)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_listener_sees_the_open_batches_and_then_the_life_of_each()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        using var other = await web.NewTenantAsync(Stop);
        var gate = NewGate();
        await tenant.SubmitAndEndAsync("{}");
        var open = await SubmitAsync(tenant, $"{{\"gate\":\"{gate}\"}}", "{\"fail\":\"early\"}");
        await tenant.UntilAsync(open, s => Count(s, "failed") == 1);
        await using var listener = await ListenAsync(tenant, null);

        var snapshot = await listener.NextAsync();
        snapshot.EventType.ShouldBe("snapshot");
        Ids(snapshot).ShouldBe([open]);
        await other.SubmitAndEndAsync("{}");
        var later = await SubmitAsync(tenant, "{}", "{\"fail\":\"late\"}");
        var seen = await listener.UntilAsync(e => IsEnd(e, later));
        web.Open(gate);
        seen.AddRange(await listener.UntilAsync(e => IsEnd(e, open)));

        seen.ShouldNotContain(e => e.EventType == "snapshot");
        var failure = seen.Where(e => e.EventType == "item").ShouldHaveSingleItem().Data;
        failure.GetProperty("batchId").GetString().ShouldBe(later);
        failure.GetProperty("error").GetProperty("code").GetString().ShouldBe("late");
        seen.Where(e => e.EventType is "progress" or "finished")
            .Select(e => e.Data.GetProperty("id").GetString())
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .ShouldBe(((string[])[later, open]).Order(StringComparer.Ordinal));
        seen.Count(e => e.EventType == "finished").ShouldBe(2);
        foreach (var status in seen.Where(e => e.EventType is "progress" or "finished"))
        {
            ((string[])["pending", "running", "succeeded", "failed", "cancelled"])
                .Sum(n => Count(status.Data, n))
                .ShouldBe(Count(status.Data, "total"));
        }
    }

    [Fact]
    public async Task A_listener_that_comes_back_gets_what_it_missed_once_and_nothing_else()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        var gate = NewGate();
        var waiting = await SubmitAsync(tenant, $"{{\"gate\":\"{gate}\"}}", "{\"fail\":\"told\"}");
        var still = await SubmitFarAsync(tenant);
        await tenant.UntilAsync(waiting, s => Count(s, "failed") == 1);
        string? last;
        await using (var first = await ListenAsync(tenant, null))
        {
            (await first.NextAsync()).EventType.ShouldBe("snapshot");
            last = first.LastId;
        }

        var missed = await SubmitAsync(tenant, "{}", "{\"fail\":\"missed\"}");
        await tenant.EndAsync(missed);
        await using var second = await ListenAsync(tenant, last);
        var seen = await second.UntilAsync(e => IsEnd(e, missed));
        (second.LastId == last).ShouldBeFalse();
        web.Open(gate);
        seen.AddRange(await second.UntilAsync(e => IsEnd(e, waiting)));

        seen.ShouldNotContain(e => e.EventType == "snapshot");
        // The other failure was in the snapshot, and the batch of which nothing happened is not told of.
        seen.Where(e => e.EventType == "item")
            .ShouldHaveSingleItem()
            .Data.GetProperty("error")
            .GetProperty("code")
            .GetString()
            .ShouldBe("missed");
        seen.ShouldNotContain(e =>
            e.EventType == "progress" && e.Data.GetProperty("id").GetString() == still
        );
        seen.Count(e => IsEnd(e, missed)).ShouldBe(1);

        // Its notification comes after it, and the place to come back to with the last of both.
        await second.UntilAsync(e => e.EventType == "unread");
        // Once more from the end: there is nothing to tell until something happens.
        await using var third = await ListenAsync(tenant, second.LastId);
        var next = await SubmitAsync(tenant, "{}");
        (await third.UntilAsync(e => IsEnd(e, next))).ShouldAllBe(e =>
            e.Data.GetProperty("id").GetString() == next
        );
    }

    [Fact]
    public async Task What_happened_to_an_open_batch_meanwhile_is_told()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        var id = await SubmitFarAsync(tenant);
        string? last;
        await using (var first = await ListenAsync(tenant, null))
        {
            await first.NextAsync();
            last = first.LastId;
        }
        using var paused = await tenant.Client.PostAsync(
            $"/api/v1/batch/jobs/{id}/pause",
            null,
            Stop
        );
        paused.StatusCode.ShouldBe(HttpStatusCode.Accepted);

        await using var second = await ListenAsync(tenant, last);
        var seen = await second.NextAsync();
        seen.EventType.ShouldBe("progress");
        seen.Data.GetProperty("state").GetString().ShouldBe("paused");
        using var cancelled = await tenant.Client.PostAsync(
            $"/api/v1/batch/jobs/{id}/cancel",
            null,
            Stop
        );
        var ended = await second.NextAsync();
        ended.EventType.ShouldBe("finished");
        ended.Data.GetProperty("state").GetString().ShouldBe("cancelled");
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("1-1:1:")]
    [InlineData("-5-1:2:")]
    [InlineData("1-2:1:")]
    [InlineData("1-1:9:8,7")]
    [InlineData("1-1:9:8,")]
    [InlineData("9223372036854775807-1:2:")]
    [InlineData("99999999999999999999-1:2:")]
    [InlineData("4000000000000000-999999999999:999999999999:")]
    public async Task A_position_that_is_none_or_long_gone_starts_with_a_snapshot(string id)
    {
        using var tenant = await web.NewTenantAsync(Stop);
        await using var listener = await ListenAsync(tenant, id);

        (await listener.NextAsync()).EventType.ShouldBe("snapshot");
    }

    [Fact]
    public async Task A_batch_with_too_many_failures_to_tell_gets_a_snapshot()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        await using var listener = await ListenAsync(tenant, null);
        await listener.NextAsync();
        var id = await SubmitAsync(tenant, [.. Enumerable.Repeat("{\"fail\":\"x\"}", 1_500)]);

        var seen = await listener.UntilAsync(e => IsEnd(e, id));

        seen.Count(e => e.EventType == "item").ShouldBeLessThan(1_500);
        seen.ShouldContain(e => e.EventType == "snapshot");
    }

    private static string NewGate() =>
        Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString();

    private static async Task<string> SubmitAsync(ApiTenant tenant, params string[] items) =>
        (await tenant.SubmitAsync(items)).GetProperty("id").GetString()!;

    private static async Task<string> SubmitFarAsync(ApiTenant tenant)
    {
        using var answer = await tenant.Client.PostAsync(
            "/api/v1/batch/jobs?kind=work&notBefore=2100-01-01T00:00:00Z",
            ApiTenant.Lines("{}"),
            Stop
        );
        var id = answer.Headers.Location!.ToString();
        return id[(id.LastIndexOf('/') + 1)..];
    }

    private static int Count(JsonElement status, string name) =>
        status.GetProperty("counts").GetProperty(name).GetInt32();

    private static bool IsEnd(SseItem<JsonElement> e, string id) =>
        e.EventType == "finished" && e.Data.GetProperty("id").GetString() == id;

    private static IEnumerable<string?> Ids(SseItem<JsonElement> snapshot) =>
        snapshot
            .Data.GetProperty("items")
            .EnumerateArray()
            .Select(b => b.GetProperty("id").GetString());

    private static Task<SseListener> ListenAsync(ApiTenant tenant, string? lastEventId) =>
        SseListener.ListenAsync(tenant, "/api/v1/events", lastEventId);
}
