using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Jobs.Web.Tests.Crash;

/// <summary>Talks to a service that may be away at the moment: it asks again until it is answered.</summary>
public sealed class ServiceClient : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly HttpClient http;

    public ServiceClient(int port, string key)
    {
        http = new HttpClient
        {
            BaseAddress = new Uri($"http://127.0.0.1:{port}"),
            Timeout = TimeSpan.FromSeconds(20),
        };
        http.DefaultRequestHeaders.Add("X-API-Key", key);
    }

    /// <summary>Ends when the service is healthy.</summary>
    public async Task ReadyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync("/health/ready", cancellationToken);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }
            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
    }

    public async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(
            () => new HttpRequestMessage(HttpMethod.Get, path),
            cancellationToken
        );
        return await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
    }

    public async Task<IReadOnlyList<JsonElement>> GetLinesAsync(
        string path,
        CancellationToken cancellationToken
    )
    {
        using var answer = await SendAsync(
            () => new HttpRequestMessage(HttpMethod.Get, path),
            cancellationToken
        );
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        return
        [
            .. text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(l => JsonElement.Parse(l)),
        ];
    }

    public async Task<string> SubmitQueriesAsync(
        IEnumerable<string> queries,
        CancellationToken cancellationToken
    )
    {
        var body = JsonSerializer.Serialize(new { queries = queries.Select(q => new { q }) });
        using var answer = await SendAsync(
            () =>
                new HttpRequestMessage(HttpMethod.Post, "/api/v1/batch/queries/async")
                {
                    Content = new StringContent(body, Encoding.UTF8, "application/json"),
                },
            cancellationToken
        );
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        return answer.Headers.Location!.ToString();
    }

    public async Task<string> SubmitDocumentsAsync(
        IReadOnlyList<(string Name, byte[] Content)> files,
        CancellationToken cancellationToken
    )
    {
        using var answer = await SendAsync(
            () =>
            {
                var form = new MultipartFormDataContent();
                foreach (var (name, content) in files)
                {
                    var part = new ByteArrayContent(content);
                    part.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
                    form.Add(part, "files", name);
                }
                return new HttpRequestMessage(HttpMethod.Post, "/api/v1/batch/documents")
                {
                    Content = form,
                };
            },
            cancellationToken
        );
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        return answer.Headers.Location!.ToString();
    }

    public void Dispose() => http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(
        Func<HttpRequestMessage> request,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            try
            {
                using var message = request();
                var answer = await http.SendAsync(message, cancellationToken);
                if (answer.StatusCode != HttpStatusCode.ServiceUnavailable)
                {
                    answer.IsSuccessStatusCode.ShouldBeTrue(
                        await answer.Content.ReadAsStringAsync(cancellationToken)
                    );
                    return answer;
                }
                // The contract of a 503: nothing was stored, and when to come back.
                answer.Headers.RetryAfter.ShouldNotBeNull();
                answer.Dispose();
            }
            catch (HttpRequestException)
            {
                // The process is being started again.
            }
            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
    }
}
