using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Jobs.Tenancy;
using Jobs.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Jobs.Web.Tests.Api;

/// <summary>Who may call: keys, and cookies with the token of a page.</summary>
public sealed partial class CallersTests(WebHost web)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_key_is_shown_once_and_is_good_until_it_is_revoked()
    {
        using var admin = web.WithKey(WebHost.AdminKey);
        using var made = await admin.PostAsync(
            "/api/v1/keys",
            ApiTenant.Json("""{"tenant":"keys","name":"ci","scopes":["read"]}"""),
            Stop
        );
        made.StatusCode.ShouldBe(HttpStatusCode.Created);
        made.Headers.CacheControl!.NoStore.ShouldBeTrue();
        var answer = await made.Content.ReadFromJsonAsync<JsonElement>(Stop);
        var secret = answer.GetProperty("key").GetString()!;
        var id = answer.GetProperty("id").GetString();
        made.Headers.Location!.ToString().ShouldBe($"/api/v1/keys/{id}");

        using var client = web.Anonymous();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            secret
        );
        (await client.GetStringAsync("/api/v1/batch/jobs", Stop)).ShouldContain("items");
        (await admin.GetStringAsync("/api/v1/keys", Stop)).ShouldNotContain(secret);
        using var revoked = await admin.DeleteAsync($"/api/v1/keys/{id}", Stop);
        revoked.StatusCode.ShouldBe(HttpStatusCode.NoContent);

        // Within five seconds on every node; on this one at once.
        using var refused = await client.GetAsync("/api/v1/batch/jobs", Stop);
        await refused.ShouldBeProblemAsync(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("{}", "tenant name scopes")]
    [InlineData("""{"tenant":"A b","name":"x","scopes":["read"]}""", "tenant")]
    [InlineData("""{"tenant":"a","name":"x\u0000","scopes":["read"]}""", "name")]
    [InlineData("""{"tenant":"a","name":"x","scopes":["everything"]}""", "scopes")]
    [InlineData(
        """{"tenant":"a","name":"x","scopes":["read"],"expiresAt":"2020-01-01T00:00:00Z"}""",
        "expiresAt"
    )]
    public async Task A_key_that_breaks_a_rule_is_not_made(string body, string fields)
    {
        using var admin = web.WithKey(WebHost.AdminKey);

        using var answer = await admin.PostAsync("/api/v1/keys", ApiTenant.Json(body), Stop);

        await answer.ShouldBeProblemAsync(HttpStatusCode.UnprocessableEntity, fields.Split(' '));
    }

    [Fact]
    public async Task A_key_that_is_wrong_is_refused_even_with_a_cookie_that_is_right()
    {
        using var browser = await SignInAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/batch/jobs");
        request.Headers.Add("X-API-Key", "wrong");

        using var cookie = await browser.GetAsync("/api/v1/batch/jobs", Stop);
        using var answer = await browser.SendAsync(request, Stop);

        cookie.StatusCode.ShouldBe(HttpStatusCode.OK);
        await answer.ShouldBeProblemAsync(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_cookie_changes_something_only_with_the_token_of_a_page()
    {
        using var browser = await SignInAsync();
        var page = await browser.GetStringAsync("/", Stop);
        var token = WebUtility.HtmlDecode(Token().Match(page).Groups["token"].Value);
        token.ShouldNotBeEmpty();
        var before = await BatchesAsync();

        foreach (var forged in (string?[])[null, "", "forged"])
        {
            using var refused = await SubmitAsync(browser, forged);
            await refused.ShouldBeProblemAsync(HttpStatusCode.Forbidden);
        }
        (await BatchesAsync()).ShouldBe(before);
        using var accepted = await SubmitAsync(browser, token);

        accepted.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await BatchesAsync()).ShouldBe(before + 1);
    }

    [Fact]
    public async Task A_browser_is_sent_to_sign_in_and_a_program_is_told_401()
    {
        using var client = web.Anonymous();

        using var page = await client.GetAsync("/", Stop);
        using var api = await client.GetAsync("/api/v1/batch/jobs", Stop);

        page.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        page.Headers.Location!.ToString().ShouldContain("/sign-in");
        await api.ShouldBeProblemAsync(HttpStatusCode.Unauthorized);
    }

    [GeneratedRegex(
        "name=\"csrf\" content=\"(?<token>[^\"]+)\"",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Token();

    private async Task<long> BatchesAsync() =>
        await web.Database.ScalarAsync<long>(
            "select count(*) from jobs.batches where metadata ->> 'from' = 'cookie'",
            Stop
        );

    private static Task<HttpResponseMessage> SubmitAsync(HttpClient browser, string? token)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/batch/jobs")
        {
            Content = ApiTenant.Json(
                """{"kind":"work","items":[{}],"metadata":{"from":"cookie"}}"""
            ),
        };
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("X-CSRF-Token", token);
        }
        return browser.SendAsync(request, Stop);
    }

    private async Task<HttpClient> SignInAsync()
    {
        var key = await web.Services.GetRequiredService<AdminKey>().KeyId;
        var code = web.Services.GetRequiredService<SignInLinks>().Create(key);
        var browser = new HttpClient(
            new SocketsHttpHandler { CookieContainer = new CookieContainer() }
        )
        {
            BaseAddress = web.Address,
        };
        using var answer = await browser.GetAsync($"/sign-in?code={code}", Stop);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return browser;
    }
}
