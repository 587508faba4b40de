using System.Net;
using System.Text.Json;

namespace Jobs.Web.Tests.Api.Caching;

/// <summary>Lists and metadata of documents come from the cache, and never show what their tenant has changed since.</summary>
public sealed class DocumentCacheTests(WebHost web)
{
    private const string List = "/api/v1/documents";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_tenant_uploads_and_deletes_is_in_the_very_next_answer()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        (await ListAsync(tenant)).ShouldBe(("MISS", 0));
        (await ListAsync(tenant)).ShouldBe(("HIT", 0));

        var (batch, id) = await UploadAsync(tenant);
        // Read or not by now: it is there.
        (await ListAsync(tenant)).Count.ShouldBe(1);
        await tenant.EndAsync(batch);

        (await StateAsync(tenant, id)).ShouldBe("ready");
        (await ListAsync(tenant)).Count.ShouldBe(1);
        (await ListAsync(tenant)).ShouldBe(("HIT", 1));
        using (var known = await tenant.Client.GetAsync($"{List}/{id}", Stop))
        {
            Cache(known).ShouldBe("HIT");
            known.Headers.ETag.ShouldNotBeNull();
            known.Headers.Age.ShouldNotBeNull();
        }

        using var deleted = await tenant.Client.DeleteAsync($"{List}/{id}", Stop);
        deleted.StatusCode.ShouldBe(HttpStatusCode.NoContent);

        (await ListAsync(tenant)).ShouldBe(("MISS", 0));
        using var gone = await tenant.Client.GetAsync($"{List}/{id}", Stop);
        gone.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Another_tenant_has_answers_of_its_own()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        using var other = await web.NewTenantAsync(Stop);
        var (batch, id) = await UploadAsync(tenant);
        await tenant.EndAsync(batch);
        (await StateAsync(tenant, id)).ShouldBe("ready");
        (await StateAsync(tenant, id)).ShouldBe("ready");

        (await ListAsync(other)).Count.ShouldBe(0);
        using var foreign = await other.Client.GetAsync($"{List}/{id}", Stop);
        foreign.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private static string Cache(HttpResponseMessage answer) =>
        answer.Headers.GetValues("X-Cache").Single();

    private static async Task<(string Batch, string Document)> UploadAsync(ApiTenant tenant)
    {
        using var upload = await tenant.UploadAsync(("h.txt", "a heron in the reeds"u8.ToArray()));
        var answer = JsonElement.Parse(await upload.Content.ReadAsByteArrayAsync(Stop));
        return (
            answer.GetProperty("id").GetString()!,
            answer.GetProperty("files")[0].GetProperty("documentId").GetString()!
        );
    }

    private static async Task<(string Cache, int Count)> ListAsync(ApiTenant tenant)
    {
        using var answer = await tenant.Client.GetAsync(List, Stop);
        var list = JsonElement.Parse(await answer.Content.ReadAsByteArrayAsync(Stop));
        return (Cache(answer), list.GetProperty("items").GetArrayLength());
    }

    private static async Task<string?> StateAsync(ApiTenant tenant, string id)
    {
        using var answer = await tenant.Client.GetAsync($"{List}/{id}", Stop);
        return JsonElement
            .Parse(await answer.Content.ReadAsByteArrayAsync(Stop))
            .GetProperty("state")
            .GetString();
    }
}
