using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Jobs.Testing;
using Npgsql;

namespace Jobs.Web.Tests.Api.Monitoring;

/// <summary>The web host as a process of its own, which sends what it measures to a receiver of OTLP.</summary>
public sealed partial class MonitoredService : IAsyncLifetime
{
    /// <summary>The tests that share it.</summary>
    public const string Collection = "The monitored service";

    public const string AdminKey = "planted-admin-key-0123456789-0123456789";
    public const string Password = "planted-password-of-the-database";

    private readonly TestFolder folder = new();
    private readonly TestDatabase database = new();

    private HostProcess? process;

    public TestDatabase Database => database;

    public Receiver Otlp { get; private set; } = null!;

    public HttpClient Client { get; private set; } = null!;

    public IReadOnlyList<string> Log => process!.Everything;

    public async ValueTask InitializeAsync()
    {
        await database.InitializeAsync();
        Otlp = await Receiver.StartAsync(200, CancellationToken.None);
        var address = $"http://127.0.0.1:{HostProcess.FreePort()}";
        process = HostProcess.Start(
            "Web",
            folder.Location,
            ("ASPNETCORE_URLS", address),
            (
                "ConnectionStrings__Jobs",
                new NpgsqlConnectionStringBuilder(database.ConnectionString)
                {
                    Password = Password,
                }.ConnectionString
            ),
            ("Jobs__AdminKey", AdminKey),
            ("Jobs__RateLimits__Enabled", "false"),
            ("Jobs__Log__Format", "json"),
            ("Jobs__Telemetry__OtlpEndpoint", Otlp.Url()),
            ("Jobs__Telemetry__OtlpProtocol", "http/protobuf"),
            ("OTEL_BSP_SCHEDULE_DELAY", "100"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "500")
        );
        await process.SignInLinkAsync(CancellationToken.None);
        Client = new HttpClient { BaseAddress = new Uri(address) };
        Client.DefaultRequestHeaders.Add("X-API-Key", AdminKey);
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        process?.Dispose();
        await Otlp.DisposeAsync();
        await database.DisposeAsync();
        folder.Dispose();
    }

    public Task<string> ScrapeAsync(CancellationToken cancellationToken) =>
        Client.GetStringAsync("/metrics", cancellationToken);

    /// <summary>Submits items and waits for their end; returns the batch's id.</summary>
    public async Task<string> RunAsync(
        string query,
        IEnumerable<string> items,
        CancellationToken cancellationToken
    )
    {
        using var answer = await Client.PostAsync(
            $"/api/v1/batch/jobs?{query}",
            ApiTenant.Lines(string.Join('\n', items)),
            cancellationToken
        );
        answer.EnsureSuccessStatusCode();
        var batch = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
        await EndAsync(batch.GetProperty("id").GetString()!, cancellationToken);
        return batch.GetProperty("id").GetString()!;
    }

    public async Task EndAsync(string id, CancellationToken cancellationToken)
    {
        string? etag = null;
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/batch/jobs/{id}");
            request.Headers.Add("Prefer", "wait=5");
            if (etag is not null)
            {
                request.Headers.TryAddWithoutValidation("If-None-Match", etag);
            }
            using var answer = await Client.SendAsync(request, cancellationToken);
            if (answer.StatusCode != System.Net.HttpStatusCode.NotModified)
            {
                etag = answer.Headers.ETag?.ToString();
                var status = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
                if (status.GetProperty("finishedAt").ValueKind != JsonValueKind.Null)
                {
                    return;
                }
            }
        }
    }

    /// <summary>The sum of the series of a metric whose labels contain all these.</summary>
    public static double Sum(string scrape, string metric, params string[] labels) =>
        scrape
            .Split('\n')
            .Where(line =>
                (
                    line.StartsWith(metric + "{", StringComparison.Ordinal)
                    || line.StartsWith(metric + " ", StringComparison.Ordinal)
                ) && labels.All(l => line.Contains(l, StringComparison.Ordinal))
            )
            .Sum(line =>
                double.Parse(
                    line[(line.LastIndexOf(' ') + 1)..],
                    System.Globalization.CultureInfo.InvariantCulture
                )
            );

    /// <summary>The names of all metrics of a scrape, those of the parts of histograms too.</summary>
    public static HashSet<string> Names(string scrape) =>
        [.. Line().Matches(scrape).Select(m => m.Groups["name"].Value)];

    [GeneratedRegex(
        "^(?<name>[a-z_0-9]+)[{ ]",
        RegexOptions.ExplicitCapture | RegexOptions.Multiline,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Line();
}

[CollectionDefinition(MonitoredService.Collection)]
public sealed class MonitoredServiceGroup : ICollectionFixture<MonitoredService>;
