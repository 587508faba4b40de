using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Jobs.Testing;
using Jobs.Web.Tests.Api.RateLimits;

namespace Jobs.Web.Tests.Api.Caching;

/// <summary>Lists of schedules and reports come from the cache, and a change is in the very next answer.</summary>
public sealed class ListCacheTests(WebHost web, LimitedHost nodes)
    : IClassFixture<LimitedHost>,
        IDisposable
{
    private const string Schedules = "/api/v1/schedules";
    private const string Reports = "/api/v1/reports";
    private readonly TestFolder files = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => files.Dispose();

    [Fact]
    public async Task A_schedule_that_is_put_paused_or_deleted_is_so_in_the_very_next_list()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        using var other = await web.NewTenantAsync(Stop);
        (await ListAsync(tenant.Client, Schedules)).Names.ShouldBeEmpty();

        await PutAsync(tenant, "nightly", enabled: true);
        (await ListAsync(tenant.Client, Schedules)).Names.ShouldBe("nightly");
        (await ListAsync(other.Client, Schedules)).Names.ShouldBeEmpty();

        await PutAsync(tenant, "nightly", enabled: false);
        using (var paused = await tenant.Client.GetAsync(Schedules, Stop))
        {
            (await paused.Content.ReadFromJsonAsync<JsonElement>(Stop))
                .GetProperty("items")[0]
                .GetProperty("enabled")
                .GetBoolean()
                .ShouldBeFalse();
            paused.Headers.ETag.ShouldNotBeNull();
        }

        using var deleted = await tenant.Client.DeleteAsync($"{Schedules}/nightly", Stop);
        deleted.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await ListAsync(tenant.Client, Schedules)).ShouldBe(("MISS", ""));
    }

    [Fact]
    public async Task Reports_are_listed_from_the_cache_until_they_are_read_anew_and_each_node_lists_its_own()
    {
        Write("first");
        var address = nodes.Start(("Jobs:Reports:Folder", files.Location));
        using var admin = nodes.Admin(address);
        (await ListAsync(admin, Reports)).ShouldBe(("MISS", "first"));
        (await ListAsync(admin, Reports)).ShouldBe(("HIT", "first"));

        Write("second");
        // Not read yet, neither here nor there.
        (await ListAsync(admin, Reports)).ShouldBe(("HIT", "first"));
        // Another node has read both at its start, and shares the cache.
        using var later = nodes.Admin(nodes.Start(("Jobs:Reports:Folder", files.Location)));
        (await ListAsync(later, Reports)).Names.ShouldBe("first second");
        (await ListAsync(admin, Reports)).Names.ShouldBe("first");

        using var reloaded = await admin.PostAsync($"{Reports}/reload", null, Stop);
        reloaded.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await ListAsync(admin, Reports)).Names.ShouldBe("first second");
    }

    private void Write(string name) =>
        File.WriteAllText(
            Path.Combine(files.Location, $"{name}.sql"),
            $"-- title: {name}\nselect 1 as one where :tenant > 0"
        );

    private static async Task PutAsync(ApiTenant tenant, string name, bool enabled)
    {
        using var body = new StringContent(
            $$"""{"cron":"0 0 1 1 *","kind":"work","enabled":{{(enabled ? "true" : "false")}}}""",
            Encoding.UTF8,
            "application/json"
        );
        using var put = await tenant.Client.PutAsync($"{Schedules}/{name}", body, Stop);
        put.IsSuccessStatusCode.ShouldBeTrue();
    }

    private static async Task<(string Cache, string Names)> ListAsync(
        HttpClient client,
        string path
    )
    {
        using var answer = await client.GetAsync(path, Stop);
        var list = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        return (
            answer.Headers.GetValues("X-Cache").Single(),
            string.Join(
                ' ',
                list.GetProperty("items")
                    .EnumerateArray()
                    .Select(i => i.GetProperty("name").GetString())
            )
        );
    }
}
