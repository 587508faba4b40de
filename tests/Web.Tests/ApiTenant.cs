using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Jobs.Testing;

namespace Jobs.Web.Tests;

/// <summary>A tenant of the shared host, with a client that has its key.</summary>
public sealed record ApiTenant(WebHost Web, int Id, string Name, HttpClient Client) : IDisposable
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Client.Dispose();

    public static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    public static StringContent Lines(string body) =>
        new(body, Encoding.UTF8, "application/x-ndjson");

    /// <summary>Submits items of the kind <c>work</c>; returns the batch's status.</summary>
    public async Task<JsonElement> SubmitAsync(params string[] items)
    {
        using var answer = await Client.PostAsync(
            "/api/v1/batch/jobs?kind=work",
            Lines(string.Join('\n', items)),
            Stop
        );
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
    }

    public async Task<string> SubmitAndEndAsync(params string[] items)
    {
        var id = (await SubmitAsync(items)).GetProperty("id").GetString()!;
        await EndAsync(id);
        return id;
    }

    /// <summary>Waits for the end of a batch as a caller of the API does.</summary>
    public Task<JsonElement> EndAsync(string id) =>
        UntilAsync(id, s => s.GetProperty("finishedAt").ValueKind != JsonValueKind.Null);

    public async Task<JsonElement> UntilAsync(string id, Func<JsonElement, bool> condition)
    {
        var started = TimeProvider.System.GetTimestamp();
        string? etag = null;
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/batch/jobs/{id}");
            request.Headers.Add("Prefer", "wait=5");
            if (etag is not null)
            {
                request.Headers.Add("If-None-Match", etag);
            }
            using var answer = await Client.SendAsync(request, Stop);
            etag = answer.Headers.ETag!.ToString();
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                var status = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
                if (condition(status))
                {
                    return status;
                }
                if (TimeProvider.System.GetElapsedTime(started) > EngineHost.Patience)
                {
                    throw new TimeoutException(status.ToString());
                }
            }
        }
    }

    public Task<JsonElement> GetAsync(string path) =>
        Client.GetFromJsonAsync<JsonElement>(path, Stop);

    /// <summary>Uploads files under the names given, as they are.</summary>
    public Task<HttpResponseMessage> UploadAsync(params (string Name, byte[] Bytes)[] files)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, bytes) in files)
        {
            var part = new ByteArrayContent(bytes);
            // As a client sends it that does not look at what it sends.
            var quoted = name.Replace("\\", "\\\\", StringComparison.Ordinal)
                .Replace("\"", "\\\"", StringComparison.Ordinal);
            part.Headers.TryAddWithoutValidation(
                "Content-Disposition",
                $"form-data; name=\"files\"; filename=\"{quoted}\""
            );
            form.Add(part);
        }
        return Client.PostAsync("/api/v1/batch/documents", form, Stop);
    }

    /// <summary>Rows that belong to this tenant, or to nobody.</summary>
    public async Task<string> RowsAsync() =>
        (
            await Web.Database.ScalarAsync<string>(
                """
                select format('batches %s, documents %s, blobs %s, pages %s, chunks %s, outcomes %s',
                    (select count(*) from jobs.batches where tenant_id = $1),
                    (select count(*) from jobs.documents where tenant_id = $1),
                    (select count(*) from jobs.blobs where tenant_id = $1),
                    (select count(*) from jobs.item_pages p left join jobs.batches b on b.id = p.batch_id
                     where coalesce(b.tenant_id, $1) = $1),
                    (select count(*) from jobs.chunks c left join jobs.batches b on b.id = c.batch_id
                     where coalesce(b.tenant_id, $1) = $1),
                    (select count(*) from jobs.outcome_pages o left join jobs.batches b on b.id = o.batch_id
                     where coalesce(b.tenant_id, $1) = $1))
                """,
                Stop,
                Id
            )
        )!;
}
