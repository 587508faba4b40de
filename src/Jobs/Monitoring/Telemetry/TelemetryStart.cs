using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jobs.Monitoring.Telemetry;

/// <summary>
/// Begins to count with the host. Where that is no web server and a port is configured, serves <c>/metrics</c> on it, and
/// nothing else.
/// </summary>
internal sealed class TelemetryStart(
    ServiceTelemetry telemetry,
    IOptions<TelemetryOptions> options,
    IServiceProvider services,
    ILogger<TelemetryStart> log
) : IHostedService
{
    private WebApplication? server;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var settings = options.Value;
        if (settings.WorkerPort == 0 || services.GetService<IServer>() is not null)
        {
            return;
        }
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions());
        builder.Configuration.Sources.Clear();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(System.Net.IPAddress.Parse(settings.WorkerAddress), settings.WorkerPort);
        });
        server = builder.Build();
        server.MapGet(
            "/metrics",
            async (CancellationToken ct) =>
                Results.Text(await telemetry.ReadAsync(ct), ServiceTelemetry.TextFormat)
        );
        await server.StartAsync(cancellationToken);
        log.MetricsServed(settings.WorkerAddress, settings.WorkerPort);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (server is not null)
        {
            await server.StopAsync(cancellationToken);
            await server.DisposeAsync();
        }
    }
}
