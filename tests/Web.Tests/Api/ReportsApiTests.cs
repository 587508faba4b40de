using System.Net;
using Jobs.Tenancy;

namespace Jobs.Web.Tests.Api;

public sealed class ReportsApiTests(WebHost web)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reports_are_listed_and_run_in_each_format()
    {
        using var tenant = await web.NewTenantAsync(Stop);

        var reports = await tenant.GetAsync("/api/v1/reports");
        reports
            .GetProperty("items")
            .EnumerateArray()
            .Select(r => r.GetProperty("name").GetString())
            .ShouldContain(name => name == "outcomes-by-day");

        foreach (
            var (format, type) in new[]
            {
                ("json", "application/json"),
                ("csv", "text/csv"),
                ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            }
        )
        {
            using var result = await tenant.Client.GetAsync(
                $"/api/v1/reports/outcomes-by-day/result?days=7&format={format}",
                Stop
            );
            result.StatusCode.ShouldBe(HttpStatusCode.OK);
            result.Content.Headers.ContentType!.MediaType.ShouldBe(type);
        }
    }

    [Theory]
    [InlineData("/api/v1/reports/none/result", 404)]
    [InlineData("/api/v1/reports/outcomes-by-day/result?days=0", 422)]
    [InlineData("/api/v1/reports/outcomes-by-day/result?tenant=1", 422)]
    [InlineData("/api/v1/reports/outcomes-by-day/result?format=pdf", 422)]
    [InlineData("/api/v1/reports/outcomes-by-day/result?days=1&days=2", 422)]
    public async Task What_breaks_a_rule_is_refused(string path, int status)
    {
        using var tenant = await web.NewTenantAsync(Stop);
        using var answer = await tenant.Client.GetAsync(path, Stop);

        await answer.ShouldBeProblemAsync((HttpStatusCode)status);
    }

    [Fact]
    public async Task Only_administrators_reload()
    {
        using var reader = web.WithKey(
            await web.KeyAsync("reloads", Scopes.Read | Scopes.Submit, Stop)
        );
        using var admin = web.WithKey(WebHost.AdminKey);

        using var refused = await reader.PostAsync("/api/v1/reports/reload", null, Stop);
        using var done = await admin.PostAsync("/api/v1/reports/reload", null, Stop);

        await refused.ShouldBeProblemAsync(HttpStatusCode.Forbidden);
        done.StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
