using System.Net;
using Jobs.Tenancy;

namespace Jobs.Web.Tests.Api;

/// <summary>What a key does not allow, and what belongs to another.</summary>
public sealed class ScopeTests(WebHost web)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nobody_gets_nothing_but_what_is_open()
    {
        using var client = web.Anonymous();

        foreach (var path in (string[])["/api/v1/batch/jobs", "/api/v1/search?q=a", "/api/v1/keys"])
        {
            using var answer = await client.GetAsync(path, Stop);
            await answer.ShouldBeProblemAsync(HttpStatusCode.Unauthorized);
            answer.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer");
        }
        foreach (
            var path in (string[])["/health", "/health/live", "/health/ready", "/api/v1/limits"]
        )
        {
            using var answer = await client.GetAsync(path, Stop);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, path);
        }
    }

    [Theory]
    [InlineData(Scopes.Read, "POST", "/api/v1/batch/jobs")]
    [InlineData(Scopes.Read, "POST", "/api/v1/batch/documents")]
    [InlineData(Scopes.Read, "POST", "/api/v1/batch/queries/async")]
    [InlineData(Scopes.Read, "POST", "/api/v1/batch/jobs/{id}/cancel")]
    [InlineData(Scopes.Read, "DELETE", "/api/v1/batch/jobs/{id}")]
    [InlineData(Scopes.Read, "DELETE", "/api/v1/documents/{id}")]
    [InlineData(Scopes.Submit, "GET", "/api/v1/batch/jobs")]
    [InlineData(Scopes.Submit, "GET", "/api/v1/batch/jobs/{id}/results")]
    [InlineData(Scopes.Submit, "GET", "/api/v1/search")]
    [InlineData(Scopes.Submit, "POST", "/api/v1/batch/queries")]
    [InlineData(Scopes.Read, "PUT", "/api/v1/schedules/s")]
    [InlineData(Scopes.Read, "POST", "/api/v1/schedules/s/run")]
    [InlineData(Scopes.Submit, "GET", "/api/v1/schedules")]
    [InlineData(Scopes.Submit, "GET", "/api/v1/events")]
    [InlineData(Scopes.Submit, "GET", "/api/v1/queues")]
    [InlineData(Scopes.Submit, "GET", "/api/v1/workers")]
    [InlineData(Scopes.Submit | Scopes.Read, "POST", "/api/v1/queues/low/pause")]
    [InlineData(Scopes.Submit | Scopes.Read, "GET", "/api/v1/keys")]
    [InlineData(Scopes.Submit | Scopes.Read, "POST", "/api/v1/keys")]
    public async Task A_key_without_the_scope_is_refused(Scopes scopes, string method, string path)
    {
        using var client = web.WithKey(await web.KeyAsync("scoped", scopes, Stop));
        using var request = new HttpRequestMessage(
            new HttpMethod(method),
            path.Replace("{id}", Guid.Empty.ToString(), StringComparison.Ordinal)
        );
        if (method == "POST")
        {
            request.Content = path.EndsWith("documents", StringComparison.Ordinal)
                ? new MultipartFormDataContent()
                : ApiTenant.Json("{}");
        }

        using var answer = await client.SendAsync(request, Stop);

        await answer.ShouldBeProblemAsync(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task What_is_anothers_is_not_there_on_any_route()
    {
        using var owner = await web.NewTenantAsync(Stop);
        using var other = await web.NewTenantAsync(Stop);
        using var upload = await owner.UploadAsync(("a.txt", "of the owner alone"u8.ToArray()));
        var answer = System.Text.Json.JsonElement.Parse(
            await upload.Content.ReadAsByteArrayAsync(Stop)
        );
        var batch = answer.GetProperty("id").GetString()!;
        var document = answer.GetProperty("files")[0].GetProperty("documentId").GetString();
        await owner.EndAsync(batch);
        var before = await owner.RowsAsync();

        (string Method, string Path)[] calls =
        [
            ("GET", $"batch/jobs/{batch}"),
            ("GET", $"batch/jobs/{batch}/items"),
            ("GET", $"batch/jobs/{batch}/results"),
            ("GET", $"batch/jobs/{batch}/errors"),
            ("GET", $"batch/jobs/{batch}/events"),
            ("POST", $"batch/jobs/{batch}/cancel"),
            ("DELETE", $"batch/jobs/{batch}"),
            ("GET", $"documents/{document}"),
            ("GET", $"documents/{document}/text"),
            ("GET", $"documents/{document}/content"),
            ("DELETE", $"documents/{document}"),
        ];
        foreach (var (method, path) in calls)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/v1/{path}");
            using var refused = await other.Client.SendAsync(request, Stop);
            await refused.ShouldBeProblemAsync(HttpStatusCode.NotFound);
        }

        (await owner.RowsAsync()).ShouldBe(before);
        (await other.GetAsync("/api/v1/batch/jobs"))
            .GetProperty("items")
            .GetArrayLength()
            .ShouldBe(0);
        (await other.GetAsync("/api/v1/documents"))
            .GetProperty("items")
            .GetArrayLength()
            .ShouldBe(0);
        (await other.GetAsync("/api/v1/search?q=owner"))
            .GetProperty("total")
            .GetInt32()
            .ShouldBe(0);
        (await owner.GetAsync("/api/v1/search?q=owner"))
            .GetProperty("total")
            .GetInt32()
            .ShouldBe(1);
    }
}
