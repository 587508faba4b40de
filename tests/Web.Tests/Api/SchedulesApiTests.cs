using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Jobs.Recurring;
using Jobs.Tenancy;
using Jobs.Testing;

namespace Jobs.Web.Tests.Api;

/// <summary>Schedules over HTTP.</summary>
public sealed class SchedulesApiTests(WebHost web)
{
    private const string Schedules = "/api/v1/schedules";
    private const string Yearly = """{"cron":"0 0 1 1 *","kind":"work","items":[{"n":1}]}""";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_schedule_is_created_read_replaced_and_deleted()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        const string Full = """
            {
              "cron": " 30  6 * * mon-fri ", "timeZone": "Europe/Berlin", "kind": "work", "priority": "high",
              "items": [{"n": 1,
                "customId": "a"}, {"n": 2}],
              "options": {"maxAttempts": 5, "itemTimeoutMs": 1000, "expiresAfterSeconds": 60, "concurrency": 2, "validate": "strict"},
              "metadata": {"from": "test"}, "callbackUrl": "https://example.com/hook", "missedTicks": "skip"
            }
            """;

        using var created = await PutAsync(tenant, "morning.report_1", Full);
        created.StatusCode.ShouldBe(HttpStatusCode.Created);
        created.Headers.Location!.ToString().ShouldBe($"{Schedules}/morning.report_1");
        var schedule = await tenant.GetAsync($"{Schedules}/morning.report_1");

        schedule.GetProperty("cron").GetString().ShouldBe("30 6 * * mon-fri");
        schedule.GetProperty("timeZone").GetString().ShouldBe("Europe/Berlin");
        schedule.GetProperty("priority").GetString().ShouldBe("high");
        schedule.GetProperty("missedTicks").GetString().ShouldBe("skip");
        schedule.GetProperty("enabled").GetBoolean().ShouldBeTrue();
        schedule.GetProperty("itemCount").GetInt32().ShouldBe(2);
        schedule.GetProperty("items")[0].GetProperty("customId").GetString().ShouldBe("a");
        schedule.GetProperty("options").GetProperty("maxAttempts").GetInt32().ShouldBe(5);
        schedule.GetProperty("options").GetProperty("concurrency").GetInt32().ShouldBe(2);
        schedule.GetProperty("options").GetProperty("validate").GetString().ShouldBe("strict");
        schedule.GetProperty("metadata").GetProperty("from").GetString().ShouldBe("test");
        schedule.GetProperty("callbackUrl").GetString().ShouldBe("https://example.com/hook");
        schedule.GetProperty("lastRun").ValueKind.ShouldBe(JsonValueKind.Null);
        var next = schedule.GetProperty("nextAt").GetDateTimeOffset();
        var local = TimeZoneInfo.ConvertTime(
            next,
            TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin")
        );
        (local.Hour, local.Minute).ShouldBe((6, 30));
        var listed = (await tenant.GetAsync(Schedules)).GetProperty("items");
        listed.GetArrayLength().ShouldBe(1);
        listed[0].TryGetProperty("items", out _).ShouldBeFalse();

        using var replaced = await PutAsync(
            tenant,
            "morning.report_1",
            """{"cron":"* * * * *","kind":"work","enabled":false}"""
        );
        replaced.StatusCode.ShouldBe(HttpStatusCode.OK);
        var after = await replaced.Content.ReadFromJsonAsync<JsonElement>(Stop);
        after.GetProperty("nextAt").ValueKind.ShouldBe(JsonValueKind.Null);
        after.GetProperty("timeZone").GetString().ShouldBe("UTC");
        after.GetProperty("missedTicks").GetString().ShouldBe("runOnce");
        after.GetProperty("items").GetRawText().ShouldBe("[{}]");

        using var deleted = await tenant.Client.DeleteAsync($"{Schedules}/morning.report_1", Stop);
        deleted.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        using var again = await tenant.Client.DeleteAsync($"{Schedules}/morning.report_1", Stop);
        await again.ShouldBeProblemAsync(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("""{"kind":"work"}""", "cron")]
    [InlineData("""{"cron":"61 * * * *","kind":"work"}""", "cron")]
    [InlineData("""{"cron":5,"kind":"work"}""", "cron")]
    [InlineData("""{"cron":"* * * * *"}""", "kind")]
    [InlineData("""{"cron":"* * * * *","kind":"nothing"}""", "kind")]
    [InlineData("""{"cron":"* * * * *","kind":"document"}""", "kind")]
    [InlineData("""{"cron":"* * * * *","kind":"cleanup"}""", "kind")]
    [InlineData(
        """{"cron":"x","kind":"work","timeZone":"Mars","priority":"top","enabled":1,"missedTicks":"all"}""",
        "cron",
        "timeZone",
        "priority",
        "enabled",
        "missedTicks"
    )]
    [InlineData("""{"cron":"* * * * *","kind":"work","items":[]}""", "items")]
    [InlineData("""{"cron":"* * * * *","kind":"work","items":[1]}""", "items[0]")]
    [InlineData(
        """{"cron":"* * * * *","kind":"query","items":[{"q":"a"},{"q":""}],"options":{"validate":"strict"}}""",
        "items[1].q"
    )]
    [InlineData(
        """{"cron":"* * * * *","kind":"work","items":[{"customId":"a"},{"customId":"a"}]}""",
        "items[1].customId"
    )]
    [InlineData(
        """{"cron":"* * * * *","kind":"work","options":{"notBefore":"2030-01-01T00:00:00Z"},"after":"x"}""",
        "options.notBefore",
        "after"
    )]
    [InlineData(
        """{"cron":"* * * * *","kind":"work","callbackUrl":"http://127.0.0.1/"}""",
        "callbackUrl"
    )]
    [InlineData("""{"cron":"* * * * *","kind":"work","colour":"red"}""", "colour")]
    public async Task What_breaks_a_rule_is_refused_and_names_every_field(
        string body,
        params string[] fields
    )
    {
        using var tenant = await web.NewTenantAsync(Stop);

        using var answer = await PutAsync(tenant, "s", body);

        await answer.ShouldBeProblemAsync(HttpStatusCode.UnprocessableEntity, fields);
        (await tenant.GetAsync(Schedules)).GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Names_sizes_and_types_are_bounded()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        foreach (var name in (string[])["-a", "a b", "%01", "ä", new string('a', 101)])
        {
            using var answer = await PutAsync(tenant, name, Yearly);
            await answer.ShouldBeProblemAsync(HttpStatusCode.UnprocessableEntity, "name");
            using var read = await tenant.Client.GetAsync($"{Schedules}/{name}", Stop);
            read.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }
        using var text = await tenant.Client.PutAsync(
            $"{Schedules}/s",
            new StringContent("a"),
            Stop
        );
        await text.ShouldBeProblemAsync(HttpStatusCode.UnsupportedMediaType);
        using var broken = await PutAsync(tenant, "s", "{");
        await broken.ShouldBeProblemAsync(HttpStatusCode.BadRequest);
        var item = $$"""{"n":"{{new string('x', 200_000)}}"}""";
        using var large = await PutAsync(
            tenant,
            "s",
            $$"""{"cron":"* * * * *","kind":"work","items":[{{string.Join(',', Enumerable.Repeat(item, 6))}}]}"""
        );
        await large.ShouldBeProblemAsync(HttpStatusCode.UnprocessableEntity, "items");
    }

    [Fact]
    public async Task A_tenant_has_so_many_and_no_more_also_when_they_come_at_once()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        await web.Database.ScalarAsync<int>(
            """
            insert into jobs.schedules (tenant_id, name, cron, kind, items, next_at)
            select $1, 's' || n, '0 0 1 1 *', 'work', '{}', 'infinity' from generate_series(1, $2) n
            """,
            Stop,
            tenant.Id,
            ScheduleLimits.PerTenant - 2
        );

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(n => PutAsync(tenant, $"new{n}", Yearly))
        );

        answers.Count(a => a.StatusCode == HttpStatusCode.Created).ShouldBe(2);
        foreach (var refused in answers.Where(a => a.StatusCode != HttpStatusCode.Created))
        {
            await refused.ShouldBeProblemAsync(HttpStatusCode.UnprocessableEntity, "name");
        }
        // One that is there can still be replaced.
        using var replaced = await PutAsync(tenant, "s1", Yearly);
        replaced.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task One_is_run_by_hand_and_its_history_says_so()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        using var put = await PutAsync(
            tenant,
            "s",
            """{"cron":"0 0 1 1 *","kind":"work","items":[{"n":1},{"fail":"x"}],"enabled":false,"metadata":{"a":"b"}}"""
        );
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Schedules}/s/run");
        request.Headers.Add("Idempotency-Key", "once");
        using var ran = await tenant.Client.SendAsync(request, Stop);
        using var repeat = new HttpRequestMessage(HttpMethod.Post, $"{Schedules}/s/run");
        repeat.Headers.Add("Idempotency-Key", "once");
        using var replayed = await tenant.Client.SendAsync(repeat, Stop);

        ran.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        replayed.Headers.Location.ShouldBe(ran.Headers.Location);
        var status = await ran.Content.ReadFromJsonAsync<JsonElement>(Stop);
        status.GetProperty("metadata").GetProperty("a").GetString().ShouldBe("b");
        await tenant.EndAsync(status.GetProperty("id").GetString()!);
        using var second = await tenant.Client.PostAsync($"{Schedules}/s/run", null, Stop);
        var page = await tenant.GetAsync($"{Schedules}/s/runs?limit=1");
        var older = await tenant.GetAsync(
            $"{Schedules}/s/runs?cursor={page.GetProperty("nextCursor").GetString()}"
        );

        page.GetProperty("items").GetArrayLength().ShouldBe(1);
        older.GetProperty("nextCursor").ValueKind.ShouldBe(JsonValueKind.Null);
        var run = older.GetProperty("items").EnumerateArray().ShouldHaveSingleItem();
        run.GetProperty("trigger").GetString().ShouldBe("hand");
        run.GetProperty("state").GetString().ShouldBe("submitted");
        run.GetProperty("dueAt").ValueKind.ShouldBe(JsonValueKind.Null);
        run.GetProperty("batch")
            .GetProperty("link")
            .GetString()
            .ShouldBe(ran.Headers.Location!.ToString());
        run.GetProperty("batch").GetProperty("outcome").GetString().ShouldBe("partial");
    }

    [Fact]
    public async Task One_fires_when_it_is_due_and_a_change_of_its_items_loses_no_tick()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        using var put = await PutAsync(tenant, "s", Yearly);
        await web.Database.ScalarAsync<int>(
            "update jobs.schedules set next_at = now() + interval '300 milliseconds' where tenant_id = $1",
            Stop,
            tenant.Id
        );
        // Wakes the worker as well, which would look a second later otherwise.
        using var changed = await PutAsync(
            tenant,
            "s",
            """{"cron":"0 0 1 1 *","kind":"work","items":[{"n":2},{"n":3}]}"""
        );

        var run = await UntilRunAsync(tenant, "s");

        run.GetProperty("trigger").GetString().ShouldBe("tick");
        var batch = await tenant.EndAsync(run.GetProperty("batch").GetProperty("id").GetString()!);
        batch.GetProperty("counts").GetProperty("total").GetInt32().ShouldBe(2);
        (await tenant.GetAsync($"{Schedules}/s"))
            .GetProperty("nextAt")
            .GetDateTimeOffset()
            .ShouldBeGreaterThan(TimeProvider.System.GetUtcNow());
    }

    [Fact]
    public async Task One_whose_kind_is_gone_cannot_be_run()
    {
        using var tenant = await web.NewTenantAsync(Stop);
        using var put = await PutAsync(tenant, "s", Yearly);
        await web.Database.ScalarAsync<int>(
            "update jobs.schedules set kind = 'gone' where tenant_id = $1",
            Stop,
            tenant.Id
        );

        using var ran = await tenant.Client.PostAsync($"{Schedules}/s/run", null, Stop);

        await ran.ShouldBeProblemAsync(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task What_is_anothers_is_not_there_and_scopes_are_asked_for()
    {
        using var owner = await web.NewTenantAsync(Stop);
        using var other = await web.NewTenantAsync(Stop);
        using var put = await PutAsync(owner, "s", Yearly);
        foreach (
            var (method, path) in ((string, string)[])
                [("GET", "s"), ("GET", "s/runs"), ("POST", "s/run"), ("DELETE", "s")]
        )
        {
            using var request = new HttpRequestMessage(
                new HttpMethod(method),
                $"{Schedules}/{path}"
            );
            using var refused = await other.Client.SendAsync(request, Stop);
            await refused.ShouldBeProblemAsync(HttpStatusCode.NotFound);
        }
        using var own = await PutAsync(other, "s", Yearly);
        own.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await owner.GetAsync(Schedules)).GetProperty("items").GetArrayLength().ShouldBe(1);

        using var reader = web.WithKey(await web.KeyAsync(owner.Name, Scopes.Read, Stop));
        foreach (
            var (method, path) in ((string, string)[])
                [("PUT", "s"), ("POST", "s/run"), ("DELETE", "s")]
        )
        {
            using var request = new HttpRequestMessage(
                new HttpMethod(method),
                $"{Schedules}/{path}"
            );
            using var refused = await reader.SendAsync(request, Stop);
            await refused.ShouldBeProblemAsync(HttpStatusCode.Forbidden);
        }
        using var submitter = web.WithKey(await web.KeyAsync(owner.Name, Scopes.Submit, Stop));
        using var unread = await submitter.GetAsync(Schedules, Stop);
        await unread.ShouldBeProblemAsync(HttpStatusCode.Forbidden);
    }

    private static Task<HttpResponseMessage> PutAsync(ApiTenant tenant, string name, string body) =>
        tenant.Client.PutAsync($"{Schedules}/{name}", ApiTenant.Json(body), Stop);

    private static async Task<JsonElement> UntilRunAsync(ApiTenant tenant, string name)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(EngineHost.Patience);
        while (true)
        {
            var schedule = await tenant.GetAsync($"{Schedules}/{name}");
            if (schedule.GetProperty("lastRun") is { ValueKind: JsonValueKind.Object } run)
            {
                return run;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
        }
    }
}
