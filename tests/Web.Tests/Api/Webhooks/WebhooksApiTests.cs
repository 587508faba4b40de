using System.Net;
using System.Text;
using System.Text.Json;
using Jobs.Testing;
using Jobs.Web.Tests.Api.Idempotency;

namespace Jobs.Web.Tests.Api.Webhooks;

public sealed class WebhooksApiTests(ApiHost host) : IClassFixture<ApiHost>
{
    private const string Submit = "/api/v1/batch/queries/async";
    private readonly HttpClient client = host.Client();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_batch_that_ended_lists_its_delivery_and_can_send_it_again()
    {
        var batch = await SubmitAsync(
            """{"queries":[{"q":"a"}],"callbackUrl":"https://example.com/hook"}"""
        );
        using (var early = await client.PostAsync($"{batch}/deliveries/replay", null, Stop))
        {
            early.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        }
        (await GetAsync($"{batch}/deliveries")).GetProperty("items").GetArrayLength().ShouldBe(0);
        using (await client.PostAsync($"{batch}/cancel", null, Stop)) { }

        var delivery = (await GetAsync($"{batch}/deliveries")).GetProperty("items")[0];
        delivery.GetProperty("url").GetString().ShouldBe("https://example.com/hook");
        delivery.GetProperty("state").GetString().ShouldBe("pending");
        delivery.GetProperty("webhookId").GetString()!.ShouldStartWith("msg_");
        delivery.GetProperty("attempts").GetArrayLength().ShouldBe(0);
        using var replay = await client.PostAsync($"{batch}/deliveries/replay", null, Stop);
        replay.StatusCode.ShouldBe(HttpStatusCode.Accepted);

        using var other = host.Client(await host.KeyOfAsync("webhooks-other", Stop));
        (await other.GetAsync($"{batch}/deliveries", Stop)).StatusCode.ShouldBe(
            HttpStatusCode.NotFound
        );
    }

    [Theory]
    [InlineData("ftp://example.com/")]
    [InlineData("https://user:secret@example.com/")]
    [InlineData("http://127.0.0.1:5080/")]
    [InlineData("http://169.254.169.254/")]
    public async Task A_callback_url_that_is_not_allowed_is_refused_by_name(string url)
    {
        using var answer = await PostAsync(
            Submit,
            JsonSerializer.Serialize(new { queries = new[] { new { q = "a" } }, callbackUrl = url })
        );

        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        JsonElement
            .Parse(await answer.Content.ReadAsStringAsync(Stop))
            .GetProperty("errors")
            .TryGetProperty("callbackUrl", out _)
            .ShouldBeTrue();
    }

    [Fact]
    public async Task The_callback_url_comes_with_lines_and_with_forms_as_well()
    {
        using var lines = await client.PostAsync(
            "/api/v1/batch/jobs?kind=query&callbackUrl=https%3A%2F%2Fexample.com%2Flines",
            new StringContent("{\"q\":\"a\"}\n", Encoding.UTF8, "application/x-ndjson"),
            Stop
        );
        using var form = new MultipartFormDataContent
        {
            { new StringContent("https://example.com/form"), "callbackUrl" },
            { new StringContent("text"), "files", "a.txt" },
        };
        using var upload = await client.PostAsync("/api/v1/batch/documents", form, Stop);

        lines.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        upload.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (
            await host.Database.ScalarAsync<long>(
                "select count(*) from jobs.batches where callback_url in ('https://example.com/lines', 'https://example.com/form')",
                Stop
            )
        ).ShouldBe(2);
    }

    [Fact]
    public async Task The_secret_is_made_when_it_is_first_asked_for_and_can_be_rotated()
    {
        const string address = "/api/v1/webhooks/secret";
        var first = (await GetAsync(address)).GetProperty("secret").GetString()!;
        first.ShouldStartWith("whsec_");
        (await GetAsync(address)).GetProperty("secret").GetString().ShouldBe(first);

        using var answer = await client.PostAsync(address, null, Stop);
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        var rotated = JsonElement.Parse(await answer.Content.ReadAsStringAsync(Stop));
        (rotated.GetProperty("secret").GetString() == first).ShouldBeFalse();
        rotated
            .GetProperty("formerUntil")
            .GetDateTimeOffset()
            .ShouldBeGreaterThan(TimeProvider.System.GetUtcNow());
    }

    private async Task<string> SubmitAsync(string body)
    {
        using var answer = await PostAsync(Submit, body);
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        return answer.Headers.Location!.ToString();
    }

    private Task<HttpResponseMessage> PostAsync(string address, string body) =>
        client.PostAsync(address, new StringContent(body, Encoding.UTF8, "application/json"), Stop);

    private async Task<JsonElement> GetAsync(string address) =>
        JsonElement.Parse(await client.GetStringAsync(address, Stop));
}
