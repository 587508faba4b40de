namespace Jobs.Web.Tests.Api;

/// <summary>Workers over HTTP.</summary>
public sealed class WorkersApiTests(WebHost web)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_workers_are_there_with_what_they_serve()
    {
        using var tenant = await web.NewTenantAsync(Stop);

        var workers = (await tenant.GetAsync("/api/v1/workers")).GetProperty("items");

        var worker = workers.EnumerateArray().ShouldHaveSingleItem();
        worker.GetProperty("alive").GetBoolean().ShouldBeTrue();
        worker.GetProperty("state").GetString().ShouldBe("active");
        worker.GetProperty("slots").GetInt32().ShouldBe(8);
        worker
            .GetProperty("priorities")
            .EnumerateArray()
            .Select(p => p.GetString())
            .ShouldBe(["high", "normal", "low"]);
        worker
            .GetProperty("kinds")
            .EnumerateArray()
            .Select(k => k.GetString()!)
            .ShouldContain(k => k == "document");
        worker.GetProperty("heartbeatAgeMs").GetInt64().ShouldBeLessThan(60_000);
    }
}
