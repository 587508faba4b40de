using Jobs.Engine;
using Jobs.Monitoring.Gauges;
using Jobs.Monitoring.Prometheus;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Jobs.Monitoring.Telemetry;

/// <summary>
/// The metrics and traces of this process: read at <c>/metrics</c>, and sent by OTLP where that is configured. Thread-safe.
/// </summary>
public sealed class ServiceTelemetry : IDisposable
{
    /// <summary>What Prometheus calls its text format.</summary>
    public const string TextFormat = "text/plain; version=0.0.4; charset=utf-8";

    private static readonly double[] Times =
    [
        0.001,
        0.0025,
        0.005,
        0.01,
        0.025,
        0.05,
        0.1,
        0.25,
        0.5,
        1,
        2.5,
        5,
        10,
    ];

    private readonly PrometheusReader reader = new();
    private readonly MeterProvider metrics;
    private readonly TracerProvider? traces;
    private readonly DatabaseGauges gauges;

    internal ServiceTelemetry(
        DatabaseGauges gauges,
        IOptions<TelemetryOptions> options,
        IEnumerable<BaseExporter<System.Diagnostics.Activity>> exporters
    )
    {
        this.gauges = gauges;
        var settings = options.Value;
        var resource = ResourceBuilder
            .CreateEmpty()
            .AddService(
                "jobs",
                serviceVersion: WorkerIdentity.Current.Version,
                serviceInstanceId: NodeName.Current
            );
        metrics = Metrics(settings, resource);
        traces = Traces(settings, resource, [.. exporters]);
    }

    /// <summary>The metrics in Prometheus' text format.</summary>
    public async Task<string> ReadAsync(CancellationToken cancellationToken)
    {
        await gauges.WantAsync(cancellationToken);
        return reader.Read();
    }

    public void Dispose()
    {
        metrics.Dispose();
        traces?.Dispose();
    }

    private MeterProvider Metrics(TelemetryOptions options, ResourceBuilder resource)
    {
        var builder = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter("Jobs.*")
            .AddMeter("Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel")
            .AddMeter("System.Runtime", "Npgsql")
            // Routes and methods only; statuses are in jobs.http.requests.
            .AddView(
                "http.server.request.duration",
                new ExplicitBucketHistogramConfiguration
                {
                    Boundaries = Times,
                    TagKeys = ["http.route", "http.request.method"],
                    CardinalityLimit = 200,
                }
            )
            .AddView(
                "db.client.operation.duration",
                new ExplicitBucketHistogramConfiguration
                {
                    Boundaries = Times,
                    TagKeys = ["db.client.connection.pool.name"],
                    CardinalityLimit = 20,
                }
            )
            .AddView(_ => new MetricStreamConfiguration { CardinalityLimit = 1000 })
            .AddReader(reader);
        if (!string.IsNullOrEmpty(options.OtlpEndpoint))
        {
            builder.AddOtlpExporter(o => Configure(o, options, "v1/metrics"));
        }
        return builder.Build();
    }

    // Without somebody who takes them no span is made.
    private static TracerProvider? Traces(
        TelemetryOptions options,
        ResourceBuilder resource,
        IReadOnlyList<BaseExporter<System.Diagnostics.Activity>> exporters
    )
    {
        if (string.IsNullOrEmpty(options.OtlpEndpoint) && exporters.Count == 0)
        {
            return null;
        }
        var builder = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .SetSampler(new WorkSampler(options.TraceRatio))
            .AddSource("Microsoft.AspNetCore", ChunkTrace.SourceName, "Npgsql")
            .AddProcessor(new QuietSpans());
        if (!string.IsNullOrEmpty(options.OtlpEndpoint))
        {
            builder.AddOtlpExporter(o => Configure(o, options, "v1/traces"));
        }
        foreach (var exporter in exporters)
        {
            builder.AddProcessor(new SimpleActivityExportProcessor(exporter));
        }
        return builder.Build();
    }

    private static void Configure(
        OtlpExporterOptions exporter,
        TelemetryOptions options,
        string path
    )
    {
        var isHttp = options.OtlpProtocol == "http/protobuf";
        exporter.Protocol = isHttp ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
        // The path is added to an address from the environment only.
        exporter.Endpoint = isHttp
            ? new Uri(new Uri(options.OtlpEndpoint!.TrimEnd('/') + "/"), path)
            : new Uri(options.OtlpEndpoint!);
    }
}
