using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Jobs.Health;

namespace Jobs.Web.Tests.Api.Health;

public sealed class HealthApiTests(WebHost web)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_score_is_explained_by_its_checks()
    {
        using var admin = web.WithKey(WebHost.AdminKey);

        var report = await admin.GetFromJsonAsync<JsonElement>(
            "/api/v1/system/health/detailed",
            Stop
        );

        var checks = report.GetProperty("checks").EnumerateArray().ToList();
        checks
            .Select(c => c.GetProperty("name").GetString()!)
            .Order(StringComparer.Ordinal)
            .ShouldBe(HealthRule.All.Select(r => r.Name).Order(StringComparer.Ordinal));
        var sum = Math.Max(0, 100 - checks.Sum(c => c.GetProperty("penalty").GetInt32()));
        report
            .GetProperty("score")
            .GetInt32()
            .ShouldBe(
                checks.Any(c => c.GetProperty("status").GetString() == "red")
                    ? Math.Min(49, sum)
                    : sum
            );
        foreach (var check in checks)
        {
            check.GetProperty("impact").GetString().ShouldNotBeNullOrEmpty();
            check.GetProperty("advice").GetString().ShouldNotBeNullOrEmpty();
            check.TryGetProperty("warn", out _).ShouldBeTrue();
        }
        checks
            .Single(c => c.GetProperty("name").GetString() == "workers")
            .GetProperty("status")
            .GetString()
            .ShouldBe("ok");
    }

    [Fact]
    public async Task Resources_are_those_of_the_process()
    {
        using var admin = web.WithKey(WebHost.AdminKey);

        var resources = await admin.GetFromJsonAsync<JsonElement>("/api/v1/system/resources", Stop);

        resources
            .GetProperty("cpu")
            .GetProperty("processors")
            .GetInt32()
            .ShouldBe(Environment.ProcessorCount);
        resources.GetProperty("memory").GetProperty("workingSet").GetInt64().ShouldBePositive();
        resources.GetProperty("threads").GetProperty("process").GetInt32().ShouldBePositive();
        resources.GetProperty("disk").GetProperty("total").GetInt64().ShouldBePositive();
    }

    [Theory]
    [InlineData("/api/v1/system/health/detailed")]
    [InlineData("/api/v1/system/resources")]
    [InlineData("/api/v1/system/features")]
    public async Task Only_administrators_see_it(string path)
    {
        using var tenant = await web.NewTenantAsync(Stop);
        using var answer = await tenant.Client.GetAsync(path, Stop);
        await answer.ShouldBeProblemAsync(HttpStatusCode.Forbidden);
    }
}
