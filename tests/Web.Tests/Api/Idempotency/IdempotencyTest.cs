using System.Text;
using System.Text.Json;
using Jobs.Testing;

namespace Jobs.Web.Tests.Api.Idempotency;

/// <summary>Requests with keys, to a host of the class's own.</summary>
public abstract class IdempotencyTest(ApiHost host) : IClassFixture<ApiHost>
{
    protected const string Submit = "/api/v1/batch/queries/async";
    protected const string Body = """{"queries":[{"q":"lease"}]}""";

    protected HttpClient Client { get; } = host.Client();

    protected ApiHost Host => host;

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected static string NewKey() =>
        Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString();

    protected static StringContent Json(string body) =>
        new(body, Encoding.UTF8, "application/json");

    protected static MultipartFormDataContent Form(string boundary, string text) =>
        new(boundary)
        {
            { new StringContent("high"), "priority" },
            { new StringContent(text), "files", "one.txt" },
        };

    protected static Task<string> TextAsync(HttpResponseMessage answer) =>
        answer.Content.ReadAsStringAsync(Stop);

    protected static async Task<Guid> IdAsync(HttpResponseMessage answer) =>
        JsonElement.Parse(await TextAsync(answer)).GetProperty("id").GetGuid();

    protected async Task<long> BatchesAsync() =>
        await Host.Database.ScalarAsync<long>("select count(*) from jobs.batches", Stop);

    protected async Task<HttpResponseMessage> PostAsync(
        string address,
        string key,
        HttpContent? content,
        HttpClient? by = null
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return await (by ?? Client).SendAsync(request, Stop);
    }
}
