using System.Net;

namespace Jobs.Web.Tests.Api;

public sealed class SearchApiTests(WebHost web)
{
    private const string Path = "/api/v1/search?q=heron&limit=5";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_answer_is_kept_until_a_document_of_its_tenant_comes_or_goes()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        using var other = await web.NewTenantAsync(Stop);
        (await StatusAsync(tenant)).ShouldBe(("MISS", 0));
        (await StatusAsync(tenant)).ShouldBe(("HIT", 0));
        (await StatusAsync(other)).ShouldBe(("MISS", 0));

        using var upload = await tenant.UploadAsync(
            ("h.txt", "a heron stands in the reeds"u8.ToArray())
        );
        var answer = System.Text.Json.JsonElement.Parse(
            await upload.Content.ReadAsByteArrayAsync(Stop)
        );
        await tenant.EndAsync(answer.GetProperty("id").GetString()!);

        (await StatusAsync(tenant)).ShouldBe(("MISS", 1));
        (await StatusAsync(tenant)).ShouldBe(("HIT", 1));
        (await StatusAsync(other)).ShouldBe(("HIT", 0));

        var id = answer.GetProperty("files")[0].GetProperty("documentId").GetString();
        using var deleted = await tenant.Client.DeleteAsync($"/api/v1/documents/{id}", Stop);
        deleted.StatusCode.ShouldBe(HttpStatusCode.NoContent);

        (await StatusAsync(tenant)).ShouldBe(("MISS", 0));
    }

    [Fact]
    public async Task A_kept_answer_is_to_the_byte_what_was_searched_but_for_its_time()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        using var upload = await tenant.UploadAsync(
            ("a.txt", "a grey heron <stands> in the \u00e9cluse & \"waits\""u8.ToArray()),
            ("b.txt", "another heron flies"u8.ToArray())
        );
        var id = System.Text.Json.JsonElement.Parse(
            await upload.Content.ReadAsByteArrayAsync(Stop)
        );
        await tenant.EndAsync(id.GetProperty("id").GetString()!);
        foreach (var query in (string[])["heron", "herron", "\"grey heron\"", "nothing-has-this"])
        {
            var (searched, miss) = await BodyAsync(tenant, query);
            var (kept, hit) = await BodyAsync(tenant, query);
            var (again, _) = await BodyAsync(tenant, query);

            (miss, hit).ShouldBe(("MISS", "HIT"));
            kept.ShouldBe(searched);
            again.ShouldBe(searched);
        }
    }

    [Theory]
    [InlineData("q=a&limit=x", "limit", "must be a whole number")]
    [InlineData("q=a&offset=1.5", "offset", "must be a whole number")]
    [InlineData("q=a&from=soon", "from", "must be a time such as 2030-01-31T12:00:00Z")]
    public async Task What_cannot_be_read_is_named(string query, string field, string rule)
    {
        using var tenant = await web.NewTenantAsync(Stop);

        using var answer = await tenant.Client.GetAsync($"/api/v1/search?{query}", Stop);

        var problem = await answer.ShouldBeProblemAsync(HttpStatusCode.BadRequest);
        problem.GetProperty("errors").GetProperty(field)[0].GetString().ShouldBe(rule);
    }

    [Fact]
    public async Task The_longest_query_fits_into_a_URL_and_a_longer_one_is_told_so()
    {
        using var tenant = await web.NewTenantAsync(Stop);

        (await BodyAsync(tenant, new string('\u691c', 1000))).Cache.ShouldBe("MISS");
        using var answer = await tenant.Client.GetAsync(
            $"/api/v1/search?q={new string('a', 10_000)}",
            Stop
        );

        await answer.ShouldBeProblemAsync(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task A_query_that_was_warmed_is_found_at_once()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        using var submitted = await tenant.Client.PostAsync(
            "/api/v1/batch/cache/warm",
            ApiTenant.Json("""{"queries":[{"q":"heron","limit":5}],"ttlSeconds":60}"""),
            Stop
        );
        submitted.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await tenant.EndAsync(submitted.Headers.Location!.ToString().Split('/')[^1]);

        (await StatusAsync(tenant)).ShouldBe(("HIT", 0));
    }

    [Fact]
    public async Task The_most_frequent_searches_are_warmed_where_no_queries_are_given()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        using var submitted = await tenant.Client.PostAsync(
            "/api/v1/batch/cache/warm",
            ApiTenant.Json("""{"ttlSeconds":60}"""),
            Stop
        );
        submitted.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var id = submitted.Headers.Location!.ToString().Split('/')[^1];

        var status = await tenant.EndAsync(id);

        status.GetProperty("outcome").GetString().ShouldBe("succeeded");
        status.GetProperty("counts").GetProperty("total").GetInt32().ShouldBe(1);
    }

    private static async Task<(string Body, string Cache)> BodyAsync(ApiTenant tenant, string query)
    {
        using var answer = await tenant.Client.GetAsync(
            $"/api/v1/search?q={Uri.EscapeDataString(query)}",
            Stop
        );
        answer.Content.Headers.ContentType!.ToString().ShouldBe("application/json; charset=utf-8");
        var body = await answer.Content.ReadAsStringAsync(Stop);
        var elapsed = System
            .Text.Json.JsonElement.Parse(body)
            .GetProperty("elapsedMs")
            .GetRawText();
        return (
            body.Replace($"\"elapsedMs\":{elapsed}", "\"elapsedMs\":0", StringComparison.Ordinal),
            answer.Headers.GetValues("X-Cache").Single()
        );
    }

    private static async Task<(string Cache, int Total)> StatusAsync(ApiTenant tenant)
    {
        using var answer = await tenant.Client.GetAsync(Path, Stop);
        var found = System.Text.Json.JsonElement.Parse(
            await answer.Content.ReadAsByteArrayAsync(Stop)
        );
        return (
            answer.Headers.GetValues("X-Cache").Single(),
            found.GetProperty("total").GetInt32()
        );
    }
}
