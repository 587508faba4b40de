using System.Globalization;
using Jobs.Testing;
using Npgsql;

namespace Jobs.Web.Tests.Api.Monitoring.Traffic;

/// <summary>A process that measures itself, and its <c>/metrics</c>.</summary>
public sealed class MeasuredProcess : IDisposable
{
    // A machine may be busy with much else.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

    private readonly HttpClient client;

    private MeasuredProcess(HostProcess process, int port)
    {
        Process = process;
        client = new HttpClient
        {
            BaseAddress = new Uri(
                $"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}"
            ),
        };
    }

    public HostProcess Process { get; }

    /// <summary>Starts a host without pages, whose port serves nothing but metrics.</summary>
    public static MeasuredProcess Start(
        string program,
        TestFolder folder,
        TestDatabase database,
        params (string Name, string Value)[] settings
    )
    {
        var port = HostProcess.FreePort();
        return new(
            HostProcess.Start(
                program,
                folder.Location,
                [
                    (
                        "ConnectionStrings__Jobs",
                        new NpgsqlConnectionStringBuilder(database.ConnectionString)
                        {
                            Pooling = true,
                        }.ConnectionString
                    ),
                    ("Jobs__Telemetry__WorkerPort", port.ToString(CultureInfo.InvariantCulture)),
                    .. settings,
                ]
            ),
            port
        );
    }

    /// <summary>What it has counted, as soon as that is as a test wants it; what it has at the end of its patience.</summary>
    public async Task<Scrape> ScrapeAsync(
        Func<Scrape, bool> condition,
        CancellationToken cancellationToken
    )
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                var scrape = new Scrape(await client.GetStringAsync("/metrics", cancellationToken));
                if (condition(scrape) || TimeProvider.System.GetElapsedTime(started) > Patience)
                {
                    return scrape;
                }
            }
            catch (HttpRequestException)
                when (TimeProvider.System.GetElapsedTime(started) < Patience)
            {
                // It has not started yet.
            }
            await Task.Delay(LookInterval, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>The status with which it answers.</summary>
    public async Task<int> StatusAsync(string path, CancellationToken cancellationToken)
    {
        using var answer = await client.GetAsync(path, cancellationToken);
        return (int)answer.StatusCode;
    }

    /// <summary>Waits until it has written a text to its log.</summary>
    public async Task LoggedAsync(string text, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!Process.Everything.Any(l => l.Contains(text, StringComparison.Ordinal)))
        {
            if (TimeProvider.System.GetElapsedTime(started) > Patience)
            {
                throw new TimeoutException($"It has not said '{text}' but:\n{Process.Output}");
            }
            await Task.Delay(LookInterval, TimeProvider.System, cancellationToken);
        }
    }

    public void Dispose()
    {
        client.Dispose();
        Process.Dispose();
    }
}
