using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Jobs.Web.Tests.Api;

/// <summary>What came of a batch, in each of its forms.</summary>
public sealed class ResultsTests(WebHost web)
{
    private const string Jobs = "/api/v1/batch/jobs";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

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
