using System.Net;
using System.Text.Json;
using Jobs.Testing;

namespace Jobs.Web.Tests.Api;

public sealed class BatchQueriesTimeTests(WebHost web)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_not_answered_in_time_is_an_error_that_may_be_tried_again()
    {
        using var folder = new TestFolder();
        await File.WriteAllTextAsync(
            Path.Combine(folder.Location, "endless.sql"),
            "-- title: Endless\n-- timeout: 600s\nselect pg_sleep(600), :tenant as tenant",
            Stop
        );
        using var tenant = await web.NewTenantAsync(Stop);
        await using var hasty = WebHost
            .Create(web.Database.ConnectionString, folder.Location, web)
            .WithWebHostBuilder(builder =>
                builder
                    .UseSetting("Jobs:Engine:Enabled", "false")
                    .UseSetting("Jobs:Reports:Folder", folder.Location)
                    .UseSetting("Jobs:Search:RequestTime", "00:00:01")
            );
        hasty.UseKestrel(0);
        hasty.StartServer();
        using var client = new HttpClient { BaseAddress = hasty.ClientOptions.BaseAddress };
        client.DefaultRequestHeaders.Add(
            "X-API-Key",
            tenant.Client.DefaultRequestHeaders.GetValues("X-API-Key")
        );

        using var answer = await client.PostAsync(
            "/api/v1/batch/queries",
            ApiTenant.Json(
                """{"queries":[{"q":""},{"report":"endless","customId":"slow"},{"report":"none"}]}"""
            ),
            Stop
        );

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var body = JsonElement.Parse(await answer.Content.ReadAsByteArrayAsync(Stop));
        body.GetProperty("summary").GetProperty("failed").GetInt32().ShouldBe(3);
        body.GetProperty("errors")
            .EnumerateArray()
            .Select(e =>
                (
                    e.GetProperty("index").GetInt32(),
                    e.GetProperty("error").GetProperty("code").GetString(),
                    e.GetProperty("error").GetProperty("retryable").GetBoolean()
                )
            )
            .ShouldBe([
                (0, "invalid_item", false),
                (1, "timeout", true),
                (2, "unknown_report", false),
            ]);
        body.GetProperty("errors")[1].GetProperty("customId").GetString().ShouldBe("slow");
        // Nothing of it runs on.
        (
            await web.Database.ScalarAsync<long>(
                "select count(*) from pg_stat_activity where datname = current_database() and state = 'active' and query like '%pg_sleep(600)%' and pid <> pg_backend_pid()",
                Stop
            )
        ).ShouldBe(0);
    }
}
