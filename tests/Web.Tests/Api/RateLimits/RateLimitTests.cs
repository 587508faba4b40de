using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Jobs.Testing;

namespace Jobs.Web.Tests.Api.RateLimits;

public sealed class RateLimitTests(LimitedHost host) : RateLimitTest(host)
{
    private const string Path = "/api/v1/batch/jobs";

    [Fact]
    public async Task Answers_say_how_much_is_left()
    {
        await SharedAsync();
        var (_, key, _) = await Host.NewKeyAsync(Stop);
        using var client = Host.Client(key);
        using var first = await client.GetAsync(Path, Stop);
        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        Number(first, "X-RateLimit-Limit").ShouldBe(150);
        Number(first, "X-RateLimit-Remaining").ShouldBe(149);
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        Number(first, "X-RateLimit-Reset").ShouldBeInRange(now - 5, now + 5);
        Text(first, "RateLimit-Policy").ShouldBe("\"api\";q=100;w=60;burst=150");
        Text(first, "RateLimit").ShouldBe("\"api\";r=149;t=1");
    }

    [Fact]
    public async Task A_refusal_names_the_policy_and_when_to_come_back()
    {
        var (tenant, key, _) = await Host.NewKeyAsync(Stop);
        using var client = Host.Client(key);
        await LimitAsync(tenant, limit: 4, burst: 6, perHour: 100);
        (await ExhaustAsync(client, Path)).ShouldBe(6);
        using var refused = await client.GetAsync(Path, Stop);

        var problem = await refused.ShouldBeProblemAsync(HttpStatusCode.TooManyRequests);
        problem.GetProperty("policy").GetString().ShouldBe("api");
        var retry = refused.Headers.RetryAfter!.Delta!.Value;
        retry.ShouldBeInRange(TimeSpan.FromMinutes(13), TimeSpan.FromMinutes(15));
        problem.GetProperty("retryAfterSeconds").GetInt32().ShouldBe((int)retry.TotalSeconds);
        problem.GetProperty("detail").GetString()!.ShouldContain("4 requests in 3600 s");
        Number(refused, "X-RateLimit-Remaining").ShouldBe(0);
        Text(refused, "RateLimit-Policy")
            .ShouldBe("\"api\";q=4;w=3600;burst=6, \"api-hour\";q=100;w=3600;burst=15");
        Text(refused, "RateLimit").ShouldStartWith("\"api\";r=0;t=");
    }

    [Fact]
    public async Task A_key_is_counted_by_itself_and_who_is_refused_may_still_ask_how_the_service_is()
    {
        var one = await Host.NewKeyAsync(Stop);
        var other = await Host.NewKeyAsync(Stop);
        using var client = Host.Client(one.Key);
        using var neighbour = Host.Client(other.Key);
        await LimitAsync(one.Tenant, limit: 1, burst: 5);
        (await ExhaustAsync(client, Path)).ShouldBe(5);

        using var free = await neighbour.GetAsync(Path, Stop);
        free.StatusCode.ShouldBe(HttpStatusCode.OK);
        // Under another policy, or under none.
        using var events = await client.GetAsync(
            "/api/v1/events",
            HttpCompletionOption.ResponseHeadersRead,
            Stop
        );
        events.StatusCode.ShouldBe(HttpStatusCode.OK);
        foreach (var path in (string[])["/health", "/health/live", "/favicon.svg"])
        {
            using var answer = await client.GetAsync(path, Stop);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, path);
            answer.Headers.Contains("X-RateLimit-Limit").ShouldBeFalse(path);
        }
    }

    [Fact]
    public async Task Attempts_to_sign_in_and_keys_that_nobody_has_are_counted_by_address()
    {
        await SharedAsync();
        using var stranger = Host.Client();
        stranger.DefaultRequestHeaders.Add("X-Forwarded-For", "198.51.100.7");
        var statuses = new List<HttpStatusCode>();
        for (var attempt = 0; attempt < 20; attempt++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Path);
            request.Headers.Add("X-API-Key", $"jobs_{attempt}");
            using var answer = await stranger.SendAsync(request, Stop);
            statuses.Add(answer.StatusCode);
        }
        // A burst of 15, and a further one every six seconds.
        statuses.Take(15).ShouldAllBe(s => s == HttpStatusCode.Unauthorized);
        statuses[^1].ShouldBe(HttpStatusCode.TooManyRequests);

        using var form = new FormUrlEncodedContent([new("key", "jobs_guess")]);
        using var signIn = await stranger.PostAsync("/sign-in", form, Stop);
        signIn.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        using var page = await stranger.GetAsync("/sign-in", Stop);
        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        // A good key is not hindered by its neighbour's guesses.
        var (_, key, _) = await Host.NewKeyAsync(Stop);
        stranger.DefaultRequestHeaders.Add("X-API-Key", key);
        using var good = await stranger.GetAsync(Path, Stop);
        good.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_forwarded_address_is_believed_of_a_trusted_proxy_only_and_IPv6_is_counted_by_64()
    {
        using var proxied = Host.Client();
        await SetAsync(
            new
            {
                policy = "addresses",
                limit = 1,
                periodSeconds = 3600,
                burst = 10,
                endpoints = new[] { "GET /api/v1/limits" },
            }
        );
        async Task<long> RemainingAsync(HttpClient client, string address)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/limits");
            request.Headers.Add("X-Forwarded-For", address);
            using var answer = await client.SendAsync(request, Stop);
            return Number(answer, "X-RateLimit-Limit") == 10
                ? Number(answer, "X-RateLimit-Remaining")
                : 99;
        }
        await UntilAsync(async () => await RemainingAsync(proxied, "192.0.2.99") != 99);

        (await RemainingAsync(proxied, "2001:db8:1:2::1")).ShouldBe(9);
        (await RemainingAsync(proxied, "2001:db8:1:2:ffff::2")).ShouldBe(8);
        (await RemainingAsync(proxied, "2001:db8:1:3::1")).ShouldBe(9);
        (await RemainingAsync(proxied, "192.0.2.1")).ShouldBe(9);
        // What a caller claims before the proxy's own word is not looked at.
        (await RemainingAsync(proxied, "203.0.113.9, 192.0.2.1")).ShouldBe(8);

        using var direct = Host.Client(node: Host.Start());
        await UntilAsync(async () => await RemainingAsync(direct, "192.0.2.50") != 99);
        var before = await RemainingAsync(direct, "192.0.2.51");
        (await RemainingAsync(direct, "192.0.2.52")).ShouldBe(before - 1);
    }

    [Fact]
    public async Task A_policy_in_shadow_counts_and_refuses_nothing()
    {
        var (_, key, _) = await Host.NewKeyAsync(Stop);
        using var client = Host.Client(key);
        await SetAsync(
            new
            {
                policy = "tried",
                limit = 1,
                periodSeconds = 3600,
                burst = 2,
                mode = "shadow",
                endpoints = new[] { "GET /api/v1/documents" },
            }
        );
        using var admin = Host.Admin();
        await UntilAsync(async () =>
        {
            using var answer = await client.GetAsync("/api/v1/documents", Stop);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            Text(answer, "RateLimit").ShouldStartWith("\"api\"");
            var rules = await admin.GetFromJsonAsync<JsonElement>(Rules, Stop);
            var tried = rules
                .GetProperty("policies")
                .EnumerateArray()
                .SingleOrDefault(p => p.GetProperty("policy").GetString() == "tried");
            return tried.ValueKind == JsonValueKind.Object
                && tried.GetProperty("refused").GetInt64() > 0;
        });
    }

    [Fact]
    public async Task Steering_over_the_limit_is_in_the_audit_once_and_then_counted()
    {
        var (tenant, key, _) = await Host.NewKeyAsync(Stop);
        using var client = Host.Client(key);
        await LimitAsync(tenant, limit: 1, burst: 2);
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 5; i++)
        {
            using var answer = await client.PostAsync(
                $"/api/v1/batch/jobs/{Guid.CreateVersion7()}/cancel",
                null,
                Stop
            );
            statuses.Add(answer.StatusCode);
        }

        statuses.Distinct().ShouldBe([HttpStatusCode.NotFound, HttpStatusCode.TooManyRequests]);
        // The first of each at once; equal ones at the end of the window.
        (
            await Host.Database.ScalarAsync<string>(
                "select string_agg(a.action || ' ' || a.outcome || ' ' || a.status, ', ' order by a.id) from jobs.audit a where a.tenant = $1",
                Stop,
                tenant
            )
        ).ShouldBe("batch.cancel refused 404, batch.cancel refused 429");
    }

    [Fact]
    public async Task Two_nodes_share_a_limit_and_a_reset_is_seen_by_both()
    {
        var second = Host.Start();
        var (tenant, key, id) = await Host.NewKeyAsync(Stop);
        using var one = Host.Client(key);
        using var other = Host.Client(key, second);
        await LimitAsync(tenant, limit: 1, burst: 9, nodes: second);

        (await ExhaustAsync(one, Path)).ShouldBe(9);
        (await ExhaustAsync(other, Path)).ShouldBe(0);

        using var admin = Host.Admin();
        using var reset = await admin.DeleteAsync($"{Rules}/api/key:{id}", Stop);
        reset.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        foreach (var node in (HttpClient[])[one, other])
        {
            await UntilAsync(async () =>
            {
                using var answer = await node.GetAsync(Path, Stop);
                return answer.StatusCode == HttpStatusCode.OK;
            });
        }
    }

    [Fact]
    public async Task Queries_of_a_tenant_are_bounded_in_how_many_are_answered_at_once()
    {
        var node = Host.Start(("Jobs:RateLimits:QueriesPerTenant", "1"));
        var one = await Host.NewKeyAsync(Stop);
        var other = await Host.NewKeyAsync(Stop);
        using var client = Host.Client(one.Key, node);
        using var neighbour = Host.Client(other.Key, node);
        // Queries wait for as long as the table is locked.
        await using var connection = await Host.Database.DataSource.Requests.OpenConnectionAsync(
            Stop
        );
        await using var transaction = await connection.BeginTransactionAsync(Stop);
        await using (var hold = connection.CreateCommand())
        {
            hold.CommandText = "lock table jobs.search_segments in access exclusive mode";
            await hold.ExecuteNonQueryAsync(Stop);
        }
        var first = client.GetAsync("/api/v1/search?q=lease", Stop);
        await UntilAsync(async () =>
            await Host.Database.ScalarAsync<bool>(
                "select exists (select from pg_locks l where not l.granted and l.database = (select oid from pg_database where datname = current_database()))",
                Stop
            )
        );
        using var refused = await client.GetAsync("/api/v1/search?q=lease", Stop);
        var problem = await refused.ShouldBeProblemAsync(HttpStatusCode.TooManyRequests);
        problem.GetProperty("policy").GetString().ShouldBe("query-concurrency");
        refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(1));
        // It has used no permit, and is no refusal of the policy.
        using var repeated = await client.GetAsync("/api/v1/search?q=lease", Stop);
        Number(repeated, "X-RateLimit-Remaining")
            .ShouldBeGreaterThanOrEqualTo(Number(refused, "X-RateLimit-Remaining"));
        using var admin = Host.Admin(node);
        var rules = await admin.GetFromJsonAsync<JsonElement>(Rules, Stop);
        rules.GetProperty("queriesRefused").GetInt64().ShouldBe(2);
        rules
            .GetProperty("policies")
            .EnumerateArray()
            .Single(p => p.GetProperty("policy").GetString() == "query")
            .GetProperty("refused")
            .GetInt64()
            .ShouldBe(0);
        var foreign = neighbour.GetAsync("/api/v1/search?q=lease", Stop);

        await transaction.RollbackAsync(Stop);

        using var answered = await first;
        answered.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var neighbours = await foreign;
        neighbours.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var again = await client.GetAsync("/api/v1/search?q=lease", Stop);
        again.StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
