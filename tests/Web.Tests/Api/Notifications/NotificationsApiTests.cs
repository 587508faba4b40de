using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Jobs.Web.Tests.Api.Notifications;

/// <summary>What a tenant is told of: once, and nobody else.</summary>
public sealed class NotificationsApiTests(WebHost web)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_batch_that_ends_is_told_of_exactly_once_and_a_single_success_is_not()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        using var other = await web.NewTenantAsync(Stop);
        await tenant.SubmitAndEndAsync("{}");
        var finished = await tenant.SubmitAndEndAsync("{}", "{}");
        var partial = await tenant.SubmitAndEndAsync("{}", """{"fail":"a"}""");
        var failed = await tenant.SubmitAndEndAsync("""{"fail":"a"}""");
        var cancelled = (
            await tenant.SubmitAsync(
                $"{{\"gate\":\"{Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}\"}}"
            )
        )
            .GetProperty("id")
            .GetString()!;
        using var cancel = await tenant.Client.PostAsync(
            $"/api/v1/batch/jobs/{cancelled}/cancel",
            null,
            Stop
        );
        await tenant.EndAsync(cancelled);

        var items = await ListAsync(tenant, "");

        items
            .Select(n => $"{n.GetProperty("type")} {n.GetProperty("batchId")}")
            .ShouldBe([
                $"cancelled {cancelled}",
                $"failed {failed}",
                $"partial {partial}",
                $"finished {finished}",
            ]);
        items[2]
            .GetProperty("title")
            .GetString()
            .ShouldBe("A batch of 2 work items has finished: 1 of 2 failed");
        items[2].GetProperty("data").GetProperty("failed").GetInt32().ShouldBe(1);
        (await UnreadAsync(tenant)).ShouldBe(4);
        (await UnreadAsync(other)).ShouldBe(0);
        (await ListAsync(other, "")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_batch_that_is_retried_ends_again_and_is_told_of_again()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        var id = await tenant.SubmitAndEndAsync("""{"fail":"a"}""", "{}");
        using var retry = await tenant.Client.PostAsync(
            $"/api/v1/batch/jobs/{id}/retry",
            ApiTenant.Json("{}"),
            Stop
        );
        retry.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await tenant.EndAsync(id);

        (await ListAsync(tenant, "")).Count.ShouldBe(2);
    }

    [Fact]
    public async Task What_is_read_is_read_for_the_whole_tenant_and_for_no_other()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        using var other = await web.NewTenantAsync(Stop);
        for (var i = 0; i < 3; i++)
        {
            await tenant.SubmitAndEndAsync("""{"fail":"a"}""");
        }
        var items = await ListAsync(tenant, "?unread=true");
        var first = items[0].GetProperty("id").GetInt64();

        using var foreign = await other.Client.PostAsync(
            $"/api/v1/notifications/{first}/read",
            null,
            Stop
        );
        await foreign.ShouldBeProblemAsync(HttpStatusCode.NotFound);
        using var foreignAll = await other.Client.PostAsync(
            "/api/v1/notifications/read-all",
            null,
            Stop
        );
        (await UnreadAsync(tenant)).ShouldBe(3);
        using var read = await tenant.Client.PostAsync(
            $"/api/v1/notifications/{first}/read",
            null,
            Stop
        );
        (await read.Content.ReadFromJsonAsync<JsonElement>(Stop))
            .GetProperty("unread")
            .GetInt64()
            .ShouldBe(2);
        (await ListAsync(tenant, "?unread=true")).Count.ShouldBe(2);
        (await ListAsync(tenant, "")).Count.ShouldBe(3);
        using var all = await tenant.Client.PostAsync("/api/v1/notifications/read-all", null, Stop);
        (await UnreadAsync(tenant)).ShouldBe(0);
    }

    [Fact]
    public async Task Pages_follow_one_another()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        for (var i = 0; i < 3; i++)
        {
            await tenant.SubmitAndEndAsync("""{"fail":"a"}""");
        }

        var page = await tenant.GetAsync("/api/v1/notifications?limit=2");
        var rest = await tenant.GetAsync(
            $"/api/v1/notifications?limit=2&cursor={page.GetProperty("nextCursor").GetString()}"
        );

        Ids(page).Concat(Ids(rest)).ShouldBe((await ListAsync(tenant, "")).Select(Id));
        rest.GetProperty("nextCursor").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task Two_listeners_see_the_same_exact_number_and_one_that_comes_back_misses_nothing()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        await tenant.SubmitAndEndAsync("""{"fail":"before"}""");
        await using var first = await ListenAsync(tenant, null);
        string? last;
        await using (var second = await ListenAsync(tenant, null))
        {
            var snapshot = await second.NextAsync();
            snapshot.EventType.ShouldBe("snapshot");
            snapshot.Data.GetProperty("unread").GetInt64().ShouldBe(1);
            last = second.LastId;
        }
        (await first.NextAsync()).Data.GetProperty("items").GetArrayLength().ShouldBe(1);

        var id = await tenant.SubmitAndEndAsync("""{"fail":"live"}""");
        var seen = await first.UntilAsync(e => e.EventType == "unread");
        seen[0].EventType.ShouldBe("notification");
        seen[0].Data.GetProperty("notification").GetProperty("batchId").GetString().ShouldBe(id);
        seen[^1].Data.GetProperty("unread").GetInt64().ShouldBe(2);

        await using var back = await ListenAsync(tenant, last);
        (await back.UntilAsync(e => e.EventType == "unread"))
            .Select(e => e.EventType)
            .ShouldBe(["notification", "unread"]);
        using var all = await tenant.Client.PostAsync("/api/v1/notifications/read-all", null, Stop);
        foreach (var listener in (SseListener[])[first, back])
        {
            var read = await listener.NextAsync();
            read.EventType.ShouldBe("unread");
            read.Data.GetProperty("unread").GetInt64().ShouldBe(0);
        }
    }

    [Fact]
    public async Task A_listener_hears_of_its_own_tenant_alone()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        using var other = await web.NewTenantAsync(Stop);
        await using var listener = await ListenAsync(other, null);
        await using var all = await SseListener.ListenAsync(other, "/api/v1/events", null);
        (await listener.NextAsync()).Data.GetProperty("items").GetArrayLength().ShouldBe(0);
        (await all.NextAsync()).EventType.ShouldBe("snapshot");

        await tenant.SubmitAndEndAsync("""{"fail":"foreign"}""");
        using var read = await tenant.Client.PostAsync(
            "/api/v1/notifications/read-all",
            null,
            Stop
        );
        var own = await other.SubmitAndEndAsync("""{"fail":"own"}""");

        foreach (var ears in (SseListener[])[listener, all])
        {
            var heard = await ears.UntilAsync(e => e.EventType == "unread");
            heard[^1].Data.GetProperty("unread").GetInt64().ShouldBe(1);
            heard
                .Where(e => e.EventType == "notification")
                .Select(e => e.Data.GetProperty("notification").GetProperty("batchId").GetString())
                .ShouldBe([own]);
        }
    }

    [Fact]
    public async Task Who_follows_all_batches_is_told_too_and_once()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        await using var listener = await SseListener.ListenAsync(tenant, "/api/v1/events", null);
        (await listener.NextAsync()).EventType.ShouldBe("snapshot");

        await tenant.SubmitAndEndAsync("""{"fail":"a"}""");
        await tenant.SubmitAndEndAsync("""{"fail":"b"}""");
        var seen = await listener.UntilAsync(e =>
            e.EventType == "unread" && e.Data.GetProperty("unread").GetInt64() == 2
        );

        seen.Where(e => e.EventType == "notification")
            .Select(e => e.Data.GetProperty("notification").GetProperty("id").GetInt64())
            .ShouldBeUnique();
        seen.Count(e => e.EventType == "notification").ShouldBe(2);
    }

    private static Task<SseListener> ListenAsync(ApiTenant tenant, string? last) =>
        SseListener.ListenAsync(tenant, "/api/v1/notifications/events", last);

    private static async Task<long> UnreadAsync(ApiTenant tenant) =>
        (await tenant.GetAsync("/api/v1/notifications/count")).GetProperty("unread").GetInt64();

    private static async Task<List<JsonElement>> ListAsync(ApiTenant tenant, string query) =>
        [
            .. (await tenant.GetAsync($"/api/v1/notifications{query}"))
                .GetProperty("items")
                .EnumerateArray(),
        ];

    private static IEnumerable<long> Ids(JsonElement page) =>
        page.GetProperty("items").EnumerateArray().Select(Id);

    private static long Id(JsonElement notification) => notification.GetProperty("id").GetInt64();
}
