using System.Net.Http.Headers;
using Jobs.Testing;

namespace Jobs.Bench.Report;

/// <summary>
/// The web host in a process of its own, on a database of the bench, and a client that is its administrator. It is as it
/// is by default but for what a benchmark says, and for limits, which would refuse it.
/// </summary>
internal sealed class WebProcess : IAsyncDisposable
{
    public const string Key = "bench-0123456789-0123456789-0123456789";

    private readonly HostProcess process;
    private readonly string folder;

    private WebProcess(HostProcess process, string folder, Uri address)
    {
        this.process = process;
        this.folder = folder;
        Client = Connect(address, Key);
    }

    public int Id => process.Id;

    public HttpClient Client { get; }

    public static async Task<WebProcess> StartAsync(
        string connectionString,
        params (string Name, string Value)[] settings
    )
    {
        var folder = Directory.CreateTempSubdirectory("jobs-bench-").FullName;
        var address = new Uri($"http://127.0.0.1:{HostProcess.FreePort()}");
        var process = HostProcess.Start(
            "Web",
            folder,
            [
                ("ConnectionStrings__Jobs", connectionString),
                ("Jobs__AdminKey", Key),
                ("Jobs__RateLimits__Enabled", "false"),
                // As they are by default: the tests that share this start have them shorter.
                ("Jobs__Engine__LeaseTime", "00:00:30"),
                ("Jobs__Engine__BackoffBase", "00:00:02"),
                ("Jobs__Engine__PollInterval", "00:00:05"),
                ("Serilog__MinimumLevel__Default", "Warning"),
                ("ASPNETCORE_URLS", address.ToString()),
                .. settings,
            ]
        );
        await process.SignInLinkAsync(CancellationToken.None);
        return new(process, folder, address);
    }

    /// <summary>A client of a host, wherever it runs.</summary>
    public static HttpClient Connect(Uri address, string key)
    {
        var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 256 })
        {
            BaseAddress = address,
            Timeout = TimeSpan.FromMinutes(10),
        };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await process.KillAsync(CancellationToken.None);
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
