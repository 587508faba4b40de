using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Jobs.Bench.Engine;
using Jobs.Testing;

namespace Jobs.Bench.Search;

/// <summary>The service as a process of its own, and a client of one connection to it. Owns both.</summary>
internal sealed class SearchHost : IAsyncDisposable
{
    public const string Key = "bench-0123456789-0123456789-0123456789";
    private readonly string folder = Directory.CreateTempSubdirectory("jobs-bench-").FullName;
    private readonly BenchDatabase database;
    private HostProcess process;

    private SearchHost(BenchDatabase database)
    {
        this.database = database;
        (process, Http) = Start();
    }

    public HttpClient Http { get; private set; }

    public int Port => Http.BaseAddress!.Port;

    public static string PathOf(string query) => $"/api/v1/search?q={Uri.EscapeDataString(query)}";

    public static async Task<SearchHost> StartAsync(BenchDatabase database)
    {
        var host = new SearchHost(database);
        await host.ReadyAsync();
        return host;
    }

    /// <summary>Another process in its place, which knows nothing yet.</summary>
    public async Task RestartAsync()
    {
        await process.KillAsync(CancellationToken.None);
        Http.Dispose();
        (process, Http) = Start();
        await ReadyAsync();
    }

    /// <summary>The tenant of its key.</summary>
    public Task<int> TenantAsync() =>
        database.ScalarAsync<int>("select tenant_id from jobs.api_keys limit 1");

    public async Task<JsonElement> SearchAsync(string query) =>
        JsonElement.Parse(await ReadAsync(query));

    /// <summary>The bytes of the answer to a search.</summary>
    public async Task<byte[]> ReadAsync(string query)
    {
        using var answer = await Http.GetAsync(new Uri(PathOf(query), UriKind.Relative));
        return await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync();
    }

    public async Task<JsonElement> PostAsync<T>(string path, T body)
    {
        using var answer = await Http.PostAsJsonAsync(path, body);
        return JsonElement.Parse(
            await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync()
        );
    }

    /// <summary>Uploads files and waits until they are read; the id of each file's document.</summary>
    public async Task<IReadOnlyList<Guid?>> UploadAsync(
        IReadOnlyList<(string Name, string Text)> files
    )
    {
        using var form = new MultipartFormDataContent();
        foreach (var (name, text) in files)
        {
            var content = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            form.Add(content, "files", name);
        }
        using var answer = await Http.PostAsync("/api/v1/batch/documents", form);
        var batch = JsonElement.Parse(
            await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync()
        );
        await EndAsync(batch);
        return
        [
            .. batch
                .GetProperty("files")
                .EnumerateArray()
                .Select(f =>
                    f.TryGetProperty("documentId", out var id) && id.ValueKind != JsonValueKind.Null
                        ? id.GetGuid()
                        : (Guid?)null
                ),
        ];
    }

    public async Task DeleteAsync(Guid documentId)
    {
        using var answer = await Http.DeleteAsync($"/api/v1/documents/{documentId}");
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Takes what was loaded into the index, and merges it.</summary>
    public async Task IndexAsync() =>
        await EndAsync(
            await PostAsync(
                "/api/v1/batch/jobs",
                new { kind = "cleanup", items = new[] { new { targets = (string[])["search"] } } }
            )
        );

    public async ValueTask DisposeAsync()
    {
        await process.KillAsync(CancellationToken.None);
        process.Dispose();
        Http.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task EndAsync(JsonElement batch)
    {
        var path = $"/api/v1/batch/jobs/{batch.GetProperty("id").GetString()}";
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Add("Prefer", "wait=5");
            using var answer = await Http.SendAsync(request);
            var status = JsonElement.Parse(await answer.Content.ReadAsByteArrayAsync());
            if (status.GetProperty("finishedAt").ValueKind != JsonValueKind.Null)
            {
                return;
            }
        }
    }

    private (HostProcess, HttpClient) Start()
    {
        var port = HostProcess.FreePort();
        var web = HostProcess.Start(
            "Web",
            folder,
            ("ConnectionStrings__Jobs", database.ConnectionString),
            ("Jobs__AdminKey", Key),
            ("Jobs__RateLimits__Enabled", "false"),
            ("Serilog__MinimumLevel__Default", "Warning"),
            ("ASPNETCORE_URLS", $"http://127.0.0.1:{port}")
        );
        var http = new HttpClient
        {
            BaseAddress = new Uri($"http://127.0.0.1:{port}"),
            Timeout = TimeSpan.FromMinutes(15),
        };
        http.DefaultRequestHeaders.Add("X-API-Key", Key);
        return (web, http);
    }

    private async Task ReadyAsync()
    {
        while (true)
        {
            try
            {
                using var answer = await Http.GetAsync(new Uri("/health/ready", UriKind.Relative));
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }
}
