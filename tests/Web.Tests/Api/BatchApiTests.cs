using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Jobs.Web.Tests.Api;

/// <summary>Batches over HTTP: submit, watch, steer, read what came of them.</summary>
public sealed class BatchApiTests(WebHost web)
{
    private const string Jobs = "/api/v1/batch/jobs";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_batch_is_accepted_with_its_address_and_its_status()
    {
        using var tenant = await web.NewTenantAsync(Stop);

        using var answer = await tenant.Client.PostAsync(
            Jobs,
            ApiTenant.Json(
                """
                {"items": [{"customId": "a"}, {"n": 2}], "metadata": {"order": "7"}, "priority": "high",
                 "options": {"maxAttempts": 5}, "kind": "work"}
                """
            ),
            Stop
        );

        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var status = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        var id = status.GetProperty("id").GetString();
        answer.Headers.Location!.ToString().ShouldBe($"{Jobs}/{id}");
        answer.Headers.ETag.ShouldNotBeNull();
        status.GetProperty("kind").GetString().ShouldBe("work");
        status.GetProperty("priority").GetString().ShouldBe("high");
        status.GetProperty("state").GetString().ShouldBe("queued");
        status.GetProperty("counts").GetProperty("total").GetInt32().ShouldBe(2);
        status.GetProperty("metadata").GetProperty("order").GetString().ShouldBe("7");
        status
            .GetProperty("links")
            .GetProperty("results")
            .GetString()
            .ShouldBe($"{Jobs}/{id}/results");
        var ended = await tenant.EndAsync(id!);
        ended.GetProperty("state").GetString().ShouldBe("completed");
        ended.GetProperty("outcome").GetString().ShouldBe("succeeded");
        ended.GetProperty("progress").GetDouble().ShouldBe(1);
        ended
            .GetProperty("submittedAt")
            .GetString()
            .ShouldBe(status.GetProperty("submittedAt").GetString());
    }

    [Fact]
    public async Task An_ETag_saves_the_answer_until_something_changes()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        var id = await tenant.SubmitAndEndAsync("{}");
        using var first = await tenant.Client.GetAsync($"{Jobs}/{id}", Stop);
        using var again = Request(
            HttpMethod.Get,
            $"{Jobs}/{id}",
            ("If-None-Match", first.Headers.ETag!.ToString())
        );
        using var other = Request(HttpMethod.Get, $"{Jobs}/{id}", ("If-None-Match", "W/\"0-0\""));

        using var same = await tenant.Client.SendAsync(again, Stop);
        using var changed = await tenant.Client.SendAsync(other, Stop);

        same.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        (await same.Content.ReadAsByteArrayAsync(Stop)).ShouldBeEmpty();
        changed.StatusCode.ShouldBe(HttpStatusCode.OK);
        first.Headers.RetryAfter.ShouldBeNull();
    }

    [Fact]
    public async Task Prefer_wait_holds_the_answer_until_the_batch_changes()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        var gate = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString();
        var id = (await tenant.SubmitAsync($"{{\"gate\":\"{gate}\"}}"))
            .GetProperty("id")
            .GetString()!;
        await tenant.UntilAsync(id, s => s.GetProperty("state").GetString() == "running");
        using var now = await tenant.Client.GetAsync($"{Jobs}/{id}", Stop);
        now.Headers.RetryAfter.ShouldNotBeNull();
        using var request = Request(
            HttpMethod.Get,
            $"{Jobs}/{id}",
            ("Prefer", "wait=30"),
            ("If-None-Match", now.Headers.ETag!.ToString())
        );

        var held = tenant.Client.SendAsync(request, Stop);
        (await tenant.GetAsync($"{Jobs}/{id}"))
            .GetProperty("state")
            .GetString()
            .ShouldBe("running");
        held.IsCompleted.ShouldBeFalse();
        web.Open(gate);
        using var answer = await held;

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Headers.GetValues("Preference-Applied").ShouldBe(["wait"]);
        (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop))
            .GetProperty("counts")
            .GetProperty("succeeded")
            .GetInt32()
            .ShouldBe(1);
    }

    [Fact]
    public async Task Results_are_lines_in_item_order_with_the_callers_ids()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        var id = await tenant.SubmitAndEndAsync(
            "{\"customId\":\"first\"}",
            "{\"busy\":1}",
            "{\"fail\":\"broken\",\"customId\":\"third\"}",
            "{}"
        );

        using var answer = await tenant.Client.GetAsync($"{Jobs}/{id}/results", Stop);

        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/x-ndjson");
        var lines = (await answer.Content.ReadAsStringAsync(Stop))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => JsonElement.Parse(l))
            .ToList();
        lines.Select(l => l.GetProperty("index").GetInt32()).ShouldBe([0, 1, 2, 3]);
        lines
            .Select(l => l.GetProperty("status").GetString())
            .ShouldBe(["succeeded", "succeeded", "failed", "succeeded"]);
        lines.Select(l => l.GetProperty("attempts").GetInt32()).ShouldBe([1, 2, 1, 1]);
        lines[0].GetProperty("customId").GetString().ShouldBe("first");
        lines[1].TryGetProperty("customId", out _).ShouldBeFalse();
        lines[1].GetProperty("result").GetProperty("busy").GetInt32().ShouldBe(1);
        lines[2].GetProperty("error").GetProperty("code").GetString().ShouldBe("broken");
        lines[2].GetProperty("error").GetProperty("retryable").GetBoolean().ShouldBeFalse();
        lines[2].TryGetProperty("result", out _).ShouldBeFalse();

        using var failed = await tenant.Client.GetAsync($"{Jobs}/{id}/results?status=failed", Stop);
        (await failed.Content.ReadAsStringAsync(Stop)).Split('\n').Length.ShouldBe(2);
        using var same = Request(
            HttpMethod.Get,
            $"{Jobs}/{id}/results",
            ("If-None-Match", answer.Headers.ETag!.ToString())
        );
        using var unchanged = await tenant.Client.SendAsync(same, Stop);
        unchanged.StatusCode.ShouldBe(HttpStatusCode.NotModified);
    }

    [Fact]
    public async Task Results_are_JSON_where_that_is_asked_for()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        var id = await tenant.SubmitAndEndAsync([.. Enumerable.Repeat("{}", 600)]);
        using var request = Request(
            HttpMethod.Get,
            $"{Jobs}/{id}/results",
            ("Accept", "text/csv;q=0.5, application/json")
        );

        using var answer = await tenant.Client.SendAsync(request, Stop);

        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        var results = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        results
            .EnumerateArray()
            .Select(r => r.GetProperty("index").GetInt32())
            .ShouldBe(Enumerable.Range(0, 600));
    }

    [Fact]
    public async Task Results_as_CSV_have_no_cell_that_a_spreadsheet_would_execute()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        var id = await tenant.SubmitAndEndAsync(
            """{"customId":"=HYPERLINK(\"http://x\",\"y\")"}""",
            """{"customId":"+1"}""",
            """{"customId":"-1"}""",
            """{"customId":"@sum(a)"}""",
            """{"customId":"a,\"b\""}""",
            """{"fail":"=cmd"}"""
        );

        using var answer = await tenant.Client.GetAsync($"{Jobs}/{id}/results?format=csv", Stop);

        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/csv");
        answer.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
        var rows = (await answer.Content.ReadAsStringAsync(Stop)).Split("\r\n");
        rows[0].ShouldBe("index,customId,status,attempts,durationMs,result,errorCode,errorMessage");
        rows[1].ShouldStartWith("0,\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\",succeeded,1,");
        rows[2].ShouldStartWith("1,'+1,succeeded");
        rows[3].ShouldStartWith("2,'-1,succeeded");
        rows[4].ShouldStartWith("3,'@sum(a),succeeded");
        rows[5].ShouldStartWith("4,\"a,\"\"b\"\"\",succeeded");
        rows[6].ShouldStartWith("5,,failed,1,");
        rows[6].ShouldEndWith(",'=cmd,It was told to fail.");
        rows[7].ShouldBe("");
    }

    [Fact]
    public async Task What_cannot_be_given_as_asked_is_refused()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        var id = await tenant.SubmitAndEndAsync("{}");
        using var request = Request(
            HttpMethod.Get,
            $"{Jobs}/{id}/results",
            ("Accept", "image/png")
        );

        using var answer = await tenant.Client.SendAsync(request, Stop);
        using var format = await tenant.Client.GetAsync($"{Jobs}/{id}/results?format=xlsx", Stop);
        using var status = await tenant.Client.GetAsync($"{Jobs}/{id}/results?status=done", Stop);

        await answer.ShouldBeProblemAsync(HttpStatusCode.NotAcceptable);
        await format.ShouldBeProblemAsync(HttpStatusCode.UnprocessableEntity, "format");
        await status.ShouldBeProblemAsync(HttpStatusCode.UnprocessableEntity, "status");
    }

    [Fact]
    public async Task Items_are_listed_page_by_page_and_errors_by_code()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        var id = await tenant.SubmitAndEndAsync([
            .. Enumerable.Range(0, 7).Select(n => n % 3 == 0 ? "{\"fail\":\"third\"}" : "{}"),
        ]);

        var first = await tenant.GetAsync($"{Jobs}/{id}/items?limit=4");
        var cursor = first.GetProperty("nextCursor").GetString();
        var second = await tenant.GetAsync($"{Jobs}/{id}/items?limit=4&cursor={cursor}");
        var failed = await tenant.GetAsync($"{Jobs}/{id}/items?state=failed");
        var errors = await tenant.GetAsync($"{Jobs}/{id}/errors");

        Indexes(first).Concat(Indexes(second)).ShouldBe(Enumerable.Range(0, 7));
        second.GetProperty("nextCursor").ValueKind.ShouldBe(JsonValueKind.Null);
        Indexes(failed).ShouldBe([0, 3, 6]);
        var group = errors.GetProperty("errors").EnumerateArray().ShouldHaveSingleItem();
        group.GetProperty("code").GetString().ShouldBe("third");
        group.GetProperty("count").GetInt32().ShouldBe(3);
        group.GetProperty("sample").GetProperty("index").GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task A_list_goes_on_where_it_ended_and_is_filtered()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        for (var i = 0; i < 3; i++)
        {
            await tenant.SubmitAndEndAsync("{}");
        }

        var first = await tenant.GetAsync($"{Jobs}?limit=2");
        var next = first.GetProperty("nextCursor").GetString();
        var second = await tenant.GetAsync($"{Jobs}?limit=2&cursor={next}");
        var none = await tenant.GetAsync($"{Jobs}?state=running");
        var all = await tenant.GetAsync($"{Jobs}?state=completed&kind=work&priority=normal");

        first.GetProperty("items").GetArrayLength().ShouldBe(2);
        second.GetProperty("items").GetArrayLength().ShouldBe(1);
        second.GetProperty("nextCursor").ValueKind.ShouldBe(JsonValueKind.Null);
        none.GetProperty("items").GetArrayLength().ShouldBe(0);
        all.GetProperty("items").GetArrayLength().ShouldBe(3);
    }

    [Fact]
    public async Task A_batch_is_cancelled_once_and_then_it_has_been()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        var id = (await tenant.SubmitAsync("{\"gate\":\"never\"}", "{\"gate\":\"never\"}"))
            .GetProperty("id")
            .GetString()!;

        using var first = await tenant.Client.PostAsync($"{Jobs}/{id}/cancel", null, Stop);
        using var again = await tenant.Client.PostAsync($"{Jobs}/{id}/cancel", null, Stop);
        var ended = await tenant.EndAsync(id);

        first.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        again.StatusCode.ShouldBe(HttpStatusCode.OK);
        ended.GetProperty("state").GetString().ShouldBe("cancelled");
        ended.GetProperty("counts").GetProperty("cancelled").GetInt32().ShouldBe(2);
        var completed = await tenant.SubmitAndEndAsync("{}");
        using var late = await tenant.Client.PostAsync($"{Jobs}/{completed}/cancel", null, Stop);
        await late.ShouldBeProblemAsync(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task A_deleted_batch_is_gone()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        var id = await tenant.SubmitAndEndAsync("{}");
        var running = (await tenant.SubmitAsync("{\"gate\":\"never\"}"))
            .GetProperty("id")
            .GetString();

        using var early = await tenant.Client.DeleteAsync($"{Jobs}/{running}", Stop);
        using var deleted = await tenant.Client.DeleteAsync($"{Jobs}/{id}", Stop);
        await early.ShouldBeProblemAsync(HttpStatusCode.Conflict);
        deleted.StatusCode.ShouldBe(HttpStatusCode.NoContent);

        foreach (var path in (string[])["", "/items", "/results", "/errors", "/events"])
        {
            using var gone = await tenant.Client.GetAsync($"{Jobs}/{id}{path}", Stop);
            await gone.ShouldBeProblemAsync(HttpStatusCode.Gone);
        }
        (await tenant.Client.PostAsync($"{Jobs}/{running}/cancel", null, Stop)).Dispose();
    }

    [Fact]
    public async Task Queries_are_answered_each_for_itself()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        using var upload = await tenant.UploadAsync(
            ("whales.txt", "The whale is a mammal."u8.ToArray())
        );
        var uploaded = await upload.Content.ReadFromJsonAsync<JsonElement>(Stop);
        await tenant.EndAsync(uploaded.GetProperty("id").GetString()!);

        using var answer = await tenant.Client.PostAsync(
            "/api/v1/batch/queries",
            ApiTenant.Json(
                """{"queries":[{"q":"whale","customId":"w"},{"q":""},7,{"q":"\u0000"},{"q":"zebra"}]}"""
            ),
            Stop
        );

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        Indexes(body, "results").ShouldBe([0, 4]);
        Indexes(body, "errors").ShouldBe([1, 2, 3]);
        body.GetProperty("results")[0].GetProperty("customId").GetString().ShouldBe("w");
        body.GetProperty("results")[0]
            .GetProperty("result")
            .GetProperty("total")
            .GetInt32()
            .ShouldBe(1);
        body.GetProperty("summary").GetProperty("total").GetInt32().ShouldBe(5);
        body.GetProperty("summary").GetProperty("failed").GetInt32().ShouldBe(3);
        foreach (var error in body.GetProperty("errors").EnumerateArray())
        {
            error.GetProperty("error").GetProperty("code").GetString().ShouldBe("invalid_item");
        }
    }

    private static IEnumerable<int> Indexes(JsonElement list, string name = "items") =>
        list.GetProperty(name).EnumerateArray().Select(i => i.GetProperty("index").GetInt32());

    private static HttpRequestMessage Request(
        HttpMethod method,
        string path,
        params (string Name, string Value)[] headers
    )
    {
        var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        return request;
    }
}
