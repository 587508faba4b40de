using System.IO.Compression;
using System.Net;
using System.Text.Json;
using Jobs.Testing;

namespace Jobs.Web.Tests.Api.Dashboard;

/// <summary>What the dashboard shows is the tenant's own, and adds up.</summary>
public sealed class DashboardApiTests(WebHost web)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Numbers_are_those_of_the_tenant_alone()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        using var other = await web.NewTenantAsync(Stop);
        await tenant.SubmitAndEndAsync("{}", "{}", """{"fail":"a"}""");
        await tenant.SubmitAsync(
            $"{{\"gate\":\"{Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}\"}}"
        );

        var series = await tenant.GetAsync(
            "/api/v1/dashboard/statistics?bucket=minute&from=" + Ago(30)
        );
        Sum(series, "batches").ShouldBe(2);
        Sum(series, "items").ShouldBe(4);
        Sum(series, "succeeded").ShouldBe(2);
        Sum(series, "failed").ShouldBe(1);
        series.GetProperty("buckets").GetArrayLength().ShouldBeInRange(30, 31);
        series
            .GetProperty("buckets")
            .EnumerateArray()
            .Last()
            .GetProperty("open")
            .GetInt64()
            .ShouldBe(1);
        series.GetProperty("buckets")[0].GetProperty("open").GetInt64().ShouldBe(0);
        series.GetProperty("exact").GetBoolean().ShouldBeTrue();

        var metrics = await tenant.GetAsync("/api/v1/dashboard/metrics");
        metrics.GetProperty("lastDay").GetProperty("failed").GetInt64().ShouldBe(1);
        metrics.GetProperty("unread").GetInt64().ShouldBe(1);
        metrics.GetProperty("workers").GetProperty("alive").GetInt32().ShouldBePositive();
        metrics.GetProperty("health").ValueKind.ShouldBe(JsonValueKind.Null);

        var activity = await tenant.GetAsync("/api/v1/dashboard/activity?limit=10");
        activity.GetProperty("items").GetArrayLength().ShouldBe(3);
        var ended = await tenant.GetAsync("/api/v1/dashboard/activity?type=ended");
        ended.GetProperty("items").GetArrayLength().ShouldBe(1);

        Sum(await other.GetAsync("/api/v1/dashboard/statistics"), "batches").ShouldBe(0);
        (await other.GetAsync("/api/v1/dashboard/activity"))
            .GetProperty("items")
            .GetArrayLength()
            .ShouldBe(0);
        (await other.GetAsync("/api/v1/dashboard/metrics"))
            .GetProperty("lastDay")
            .GetProperty("batches")
            .GetInt64()
            .ShouldBe(0);
    }

    [Fact]
    public async Task Answers_come_from_the_cache_and_administrators_see_the_score()
    {
        using var admin = web.WithKey(WebHost.AdminKey);
        using var first = await admin.GetAsync("/api/v1/dashboard/statistics?bucket=day", Stop);
        using var second = await admin.GetAsync("/api/v1/dashboard/statistics?bucket=day", Stop);
        second.Headers.GetValues("X-Cache").Single().ShouldBe("HIT");
        var metrics = JsonElement.Parse(
            await admin.GetByteArrayAsync("/api/v1/dashboard/metrics", Stop)
        );
        metrics.GetProperty("health").GetProperty("score").GetInt32().ShouldBeInRange(0, 100);
    }

    [Theory]
    [InlineData("json")]
    [InlineData("csv")]
    [InlineData("xlsx")]
    public async Task An_export_has_the_batches_that_ended_of_the_tenant_alone(string format)
    {
        using var tenant = await web.NewTenantAsync(Stop);
        using var other = await web.NewTenantAsync(Stop);
        var id = await tenant.SubmitAndEndAsync("{}", """{"fail":"a"}""");
        var foreign = await other.SubmitAndEndAsync("{}");

        using var answer = await tenant.Client.PostAsync(
            "/api/v1/dashboard/export",
            ApiTenant.Json($$"""{"format":"{{format}}"}"""),
            Stop
        );

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var text =
            format == "xlsx"
                ? await SheetAsync(await answer.Content.ReadAsStreamAsync(Stop))
                : await answer.Content.ReadAsStringAsync(Stop);
        text.ShouldContain(id);
        text.ShouldNotContain(foreign);
        if (format == "json")
        {
            JsonElement
                .Parse(text)
                .GetProperty("items")[0]
                .GetProperty("failed")
                .GetInt32()
                .ShouldBe(1);
        }
    }

    [Fact]
    public async Task A_workbook_of_200000_batches_is_streamed_whole()
    {
        const int Count = 200_000;
        using var tenant = await web.NewTenantAsync(Stop);
        await web.Database.ScalarAsync<int>(
            """
            insert into jobs.batches (
                id, tenant_id, kind, priority, state, total, succeeded, max_attempts, item_timeout_ms, submitted_at,
                started_at, finished_at, expires_at)
            select gen_random_uuid(), $1, 'work', 1, 'completed', 1, 1, 3, 60000, now(), now(), now(),
                now() + interval '1 hour'
            from generate_series(1, $2)
            """,
            Stop,
            tenant.Id,
            Count
        );
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/dashboard/export")
        {
            Content = ApiTenant.Json("""{"format":"xlsx"}"""),
        };

        using var answer = await tenant.Client.SendAsync(
            request,
            HttpCompletionOption.ResponseHeadersRead,
            Stop
        );

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        // Its length was not known when it began.
        answer.Content.Headers.ContentLength.ShouldBeNull();
        var sheet = await SheetAsync(await answer.Content.ReadAsStreamAsync(Stop));
        (sheet.Split("<row>").Length - 1).ShouldBe(Count + 1);
        sheet.ShouldEndWith("</sheetData></worksheet>");
    }

    [Theory]
    [InlineData("GET", "statistics?bucket=second", "bucket")]
    [InlineData("GET", "statistics?bucket=90", "bucket")]
    [InlineData(
        "GET",
        "statistics?bucket=60&from=2026-01-01T00:00:00Z&to=2026-01-01T01:00:00Z",
        "bucket"
    )]
    [InlineData(
        "GET",
        "statistics?bucket=minute&from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z",
        "bucket"
    )]
    [InlineData("GET", "statistics?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z", "from")]
    [InlineData("GET", "activity?type=x", "type")]
    [InlineData("GET", "activity?limit=0", "limit")]
    [InlineData("POST", "export", "format")]
    public async Task A_question_that_breaks_a_rule_is_refused(
        string method,
        string path,
        string field
    )
    {
        using var tenant = await web.NewTenantAsync(Stop);
        using var request = new HttpRequestMessage(
            new HttpMethod(method),
            $"/api/v1/dashboard/{path}"
        );
        if (method == "POST")
        {
            request.Content = ApiTenant.Json("{}");
        }
        using var answer = await tenant.Client.SendAsync(request, Stop);
        await answer.ShouldBeProblemAsync(HttpStatusCode.UnprocessableEntity, field);
    }

    private static string Ago(int minutes) =>
        Uri.EscapeDataString(
            TimeProvider.System.GetUtcNow().AddMinutes(-minutes).UtcDateTime.ToString("O")
        );

    private static long Sum(JsonElement series, string name) =>
        series.GetProperty("buckets").EnumerateArray().Sum(b => b.GetProperty(name).GetInt64());

    private static async Task<string> SheetAsync(Stream file)
    {
        await using var zip = new ZipArchive(file);
        using var sheet = new StreamReader(
            await zip.GetEntry("xl/worksheets/sheet1.xml")!.OpenAsync(Stop)
        );
        return await sheet.ReadToEndAsync(Stop);
    }
}
