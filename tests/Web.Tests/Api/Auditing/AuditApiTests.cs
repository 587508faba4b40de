using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Jobs.Auditing;
using Jobs.Tenancy;
using Jobs.Testing;
using Jobs.Web.Http.Auditing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jobs.Web.Tests.Api.Auditing;

/// <summary>Who did what to what, from where.</summary>
public sealed class AuditApiTests(WebHost web)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_call_that_changes_something_is_named_in_the_audit_or_said_to_leave_no_trace()
    {
        var names = web
            .Services.GetRequiredService<EndpointDataSource>()
            .Endpoints.OfType<RouteEndpoint>()
            .SelectMany(e =>
                (e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []).Select(m =>
                    (Method: m, Endpoint: e)
                )
            )
            .Where(e =>
                !AuditedRoutes.IsRead(e.Method)
                || AuditedRoutes.ActionOf(e.Method, e.Endpoint) is not null
            )
            .Select(e => AuditedRoutes.NameOf(e.Method, e.Endpoint))
            .ToList();

        names.Count.ShouldBeGreaterThan(30);
        names
            .Where(n => !AuditedRoutes.IsNamed(n) && !AuditedRoutes.Untraced.Contains(n))
            .ShouldBeEmpty();
    }

    [Fact]
    public async Task An_act_says_who_did_what_to_what_and_from_where()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        var id = await GatedAsync(tenant);
        using var cancel = await tenant.Client.PostAsync(
            $"/api/v1/batch/jobs/{id}/cancel",
            null,
            Stop
        );
        cancel.StatusCode.ShouldBe(HttpStatusCode.Accepted);

        var entry = (await ListAsync($"tenant={tenant.Name}")).ShouldHaveSingleItem();

        entry.GetProperty("action").GetString().ShouldBe("batch.cancel");
        entry.GetProperty("target").GetString().ShouldBe(id);
        entry.GetProperty("actor").GetString().ShouldBe("test");
        entry.GetProperty("outcome").GetString().ShouldBe("done");
        entry.GetProperty("address").GetString().ShouldBe("127.0.0.1");
        entry
            .GetProperty("requestId")
            .GetString()
            .ShouldBe(cancel.Headers.GetValues("X-Request-Id").Single());
    }

    [Fact]
    public async Task Keys_queues_schedules_and_documents_leave_traces_without_secrets()
    {
        using var admin = web.WithKey(WebHost.AdminKey);
        var name = $"audited-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}";
        using var made = await admin.PostAsync(
            "/api/v1/keys",
            ApiTenant.Json($$"""{"tenant":"{{name}}","name":"k","scopes":["read","submit"]}"""),
            Stop
        );
        var key = await made.Content.ReadFromJsonAsync<JsonElement>(Stop);
        var secret = key.GetProperty("key").GetString()!;
        var keyId = key.GetProperty("id").GetString()!;
        using var client = web.WithKey(secret);
        using var put = await client.PutAsync(
            "/api/v1/schedules/nightly",
            ApiTenant.Json("""{"cron":"0 3 * * *","kind":"work","items":[{"password":"pa55"}]}"""),
            Stop
        );
        put.StatusCode.ShouldBe(HttpStatusCode.Created);
        using var run = await client.PostAsync("/api/v1/schedules/nightly/run", null, Stop);
        run.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        using var gone = await client.DeleteAsync("/api/v1/schedules/nightly", Stop);
        using var rotated = await client.PostAsync("/api/v1/webhooks/secret", null, Stop);
        using var revoked = await admin.DeleteAsync($"/api/v1/keys/{keyId}", Stop);

        (await ListAsync($"tenant={name}"))
            .Select(e => e.GetProperty("action").GetString())
            .ShouldBe(["webhook.rotate", "schedule.delete", "schedule.run", "schedule.put"]);
        (await ListAsync("action=key.create&limit=200")).ShouldContain(e =>
            e.GetProperty("target").GetString() == keyId
        );
        (await ListAsync("action=key.revoke&limit=200")).ShouldContain(e =>
            e.GetProperty("target").GetString() == keyId
        );
        var all = (
            await web.Database.ScalarAsync<string>(
                "select string_agg(a::text, ' ') from jobs.audit a",
                Stop
            )
        )!;
        all.ShouldNotContain(secret);
        all.ShouldNotContain("pa55");
        all.ShouldNotContain("whsec_");
    }

    [Fact]
    public async Task What_was_refused_is_entered_once_and_then_counted()
    {
        var tally = web.Services.GetRequiredService<CallTally>();
        using var reader = web.WithKey(await web.KeyAsync("refused", Scopes.Read, Stop));

        for (var i = 0; i < 20; i++)
        {
            using var answer = await reader.PostAsync("/api/v1/queues/low/pause", null, Stop);
            answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        }
        await tally.FlushAsync(Stop);

        var entries = await ListAsync("tenant=refused");
        entries.Sum(e => e.GetProperty("count").GetInt32()).ShouldBe(20);
        entries.Count.ShouldBeInRange(2, 4);
        entries.ShouldAllBe(e => e.GetProperty("status").GetInt32() == 403);
        entries[^1].GetProperty("target").GetString().ShouldBe("low");
    }

    [Fact]
    public async Task Who_is_not_known_is_entered_by_their_address()
    {
        using var guest = web.Anonymous();
        using var answer = await guest.DeleteAsync("/api/v1/system/rate-limits/nobody", Stop);
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

        var entry = (await ListAsync("action=rate-limit.remove")).ShouldHaveSingleItem();

        entry.GetProperty("actor").ValueKind.ShouldBe(JsonValueKind.Null);
        entry.GetProperty("status").GetInt32().ShouldBe(401);
        entry.GetProperty("address").GetString().ShouldBe("127.0.0.1");
    }

    [Fact]
    public async Task An_act_that_changed_nothing_is_refused_and_one_of_anothers_too()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        using var other = await web.NewTenantAsync(Stop);
        var id = await tenant.SubmitAndEndAsync("{}");
        using var illegal = await tenant.Client.PostAsync(
            $"/api/v1/batch/jobs/{id}/pause",
            null,
            Stop
        );
        illegal.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        using var missing = await other.Client.DeleteAsync($"/api/v1/batch/jobs/{id}", Stop);
        missing.StatusCode.ShouldBe(HttpStatusCode.NotFound);

        Describe(await ListAsync($"tenant={tenant.Name}")).ShouldBe(["batch.pause refused 409"]);
        Describe(await ListAsync($"tenant={other.Name}")).ShouldBe(["batch.delete refused 404"]);
    }

    [Fact]
    public async Task Pages_follow_one_another_and_an_export_has_all()
    {
        var name = $"exported-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}";
        await web.Database.ScalarAsync<object>(
            """
            insert into jobs.audit (tenant, actor, action, outcome, detail)
            select $1, '=cmd', 'batch.cancel', 'done', '{"a":"b"}' from generate_series(1, 120)
            """,
            Stop,
            name
        );
        using var admin = web.WithKey(WebHost.AdminKey);
        var ids = new List<long>();
        string? cursor = null;
        do
        {
            var page = await admin.GetFromJsonAsync<JsonElement>(
                $"/api/v1/system/audit?tenant={name}&limit=50{(cursor is null ? "" : $"&cursor={cursor}")}",
                Stop
            );
            ids.AddRange(
                page.GetProperty("items")
                    .EnumerateArray()
                    .Select(e => e.GetProperty("id").GetInt64())
            );
            cursor = page.GetProperty("nextCursor").GetString();
        } while (cursor is not null);

        ids.Count.ShouldBe(120);
        ids.ShouldBe(ids.OrderDescending());
        var csv = await admin.GetStringAsync(
            $"/api/v1/system/audit?tenant={name}&format=csv",
            Stop
        );
        var lines = csv.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(121);
        lines[0].ShouldStartWith("id,at,tenant,actor,");
        // What a spreadsheet would take for a formula it takes for text.
        lines[1].ShouldContain(",'=cmd,");
        var ndjson = await admin.GetStringAsync(
            $"/api/v1/system/audit?tenant={name}&format=ndjson",
            Stop
        );
        ndjson
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => JsonElement.Parse(l).GetProperty("id").GetInt64())
            .ShouldBe(ids);
        (await ListAsync($"tenant={name}&to=2020-01-01T00:00:00Z")).ShouldBeEmpty();
        (await ListAsync($"tenant={name}&from=2020-01-01T00:00:00Z&actor=nobody")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("cursor=x", "cursor")]
    [InlineData("format=xml", "format")]
    [InlineData("from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "to")]
    public async Task A_question_that_breaks_a_rule_is_refused(string query, string field)
    {
        using var admin = web.WithKey(WebHost.AdminKey);
        using var answer = await admin.GetAsync($"/api/v1/system/audit?{query}", Stop);
        await answer.ShouldBeProblemAsync(HttpStatusCode.UnprocessableEntity, field);
    }

    [Fact]
    public async Task Only_administrators_read_it()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        using var answer = await tenant.Client.GetAsync("/api/v1/system/audit", Stop);
        await answer.ShouldBeProblemAsync(HttpStatusCode.Forbidden);
    }

    private static IEnumerable<string> Describe(IEnumerable<JsonElement> entries) =>
        entries.Select(e =>
            $"{e.GetProperty("action")} {e.GetProperty("outcome")} {e.GetProperty("status")}"
        );

    private async Task<List<JsonElement>> ListAsync(string query)
    {
        using var admin = web.WithKey(WebHost.AdminKey);
        var list = await admin.GetFromJsonAsync<JsonElement>($"/api/v1/system/audit?{query}", Stop);
        return [.. list.GetProperty("items").EnumerateArray()];
    }

    private static async Task<string> GatedAsync(ApiTenant tenant) =>
        (
            await tenant.SubmitAsync(
                $"{{\"gate\":\"{Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}\"}}"
            )
        )
            .GetProperty("id")
            .GetString()!;
}
